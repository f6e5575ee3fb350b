/** `--ig`: packages compiled on demand, in addition to those of failsafe.config.ts. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import config from '../../failsafe.config.ts';
import { compileKept } from '../../lib/bundle/compile-kept.ts';
import { missingText, resolveSettings } from '../../lib/bundle/compile-settings.ts';
import { loadConfig } from '../../lib/config/config-load.ts';
import type { Compiled } from '../../packages/fhir-validator/compiled-validator.ts';
import { GapError, shown } from '../../packages/fhir-validator/compiler/package-report.ts';
import { PackageError } from '../../packages/fhir-validator/packages/fhir-package.ts';
import { readLock } from '../../packages/fhir-validator/packages/lock-file.ts';
import { nameOf, parsePackageName } from '../../packages/fhir-validator/packages/package-name.ts';
import { RegistryOutage } from '../../packages/fhir-validator/packages/package-registry.ts';
import { complain } from '../../terminal/print.ts';
import { UsageError } from '../usage-error.ts';

export interface Wishes {
  /** `id#version`, tarballs and folders. */
  readonly ig: readonly string[];
  /** Canonical urls of profiles that each resource of their type must satisfy. */
  readonly profile: readonly string[];
  readonly allowPartial: readonly string[];
  readonly warnings: boolean;
}

export interface Loaded {
  readonly compiled: Compiled;
  /** The package of each profile of a dependency: these are compiled only if something refers to them. */
  readonly elsewhere: ReadonlyMap<string, string>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export async function compileNow(wishes: Wishes): Promise<Loaded> {
  try {
    return await compile(wishes);
  } catch (error) {
    if (error instanceof PackageError && !(error.cause instanceof RegistryOutage)) {
      throw new UsageError(error.message, { cause: error });
    }
    if (error instanceof GapError) throw explained(error);
    throw error;
  }
}

async function compile({ ig, allowPartial, warnings }: Wishes): Promise<Loaded> {
  const started = performance.now();
  const { fhir } = loadConfig(config, {});
  const settings = {
    ...fhir,
    packages: [...ig.map(placed), ...fhir.packages],
    allowPartial: [...fhir.allowPartial, ...allowPartial],
  };
  const resolved = await resolveSettings(
    settings,
    ROOT,
    readLock(`${ROOT}fhir-packages.lock.json`),
  );
  const { configured, dependencies, missing, remarks } = resolved;
  for (const each of remarks) complain(each);
  for (const each of missing) complain(`missing: ${missingText(each)}`);
  const { compiled, accepted, open, wasKept } = await compileKept(settings, resolved);
  for (const line of [...accepted, ...(warnings ? open : [])]) complain(line);
  const from = wasKept ? 'compiled before, loaded' : 'compiled';
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const others = dependencies.length === 0 ? '' : ` and ${dependencies.map(nameOf).join(', ')}`;
  complain(`${configured.map(nameOf).join(', ')}${others}: ${from} in ${seconds} s`);
  const elsewhere = dependencies.flatMap((of) =>
    of.definitions.structures.map(({ url }) => [url, nameOf(of)] as const),
  );
  return { compiled, elsewhere: new Map(elsewhere) };
}

/** A path is relative to the caller's folder. */
function placed(spec: string): string {
  return parsePackageName(spec) ? spec : resolve(spec);
}

function explained({ gaps }: GapError): UsageError {
  for (const gap of gaps) complain(`not enforced: ${shown(gap)}`);
  const options = [...new Set(gaps.map(({ profile }) => `--allow-partial ${profile}`))];
  return new UsageError(
    `profiles that cannot be enforced completely: supply what is missing, or accept it: ${options.join(' ')}`,
  );
}
