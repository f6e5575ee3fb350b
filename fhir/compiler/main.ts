/**
 * Compiles the official FHIR R4 definitions into fhir/generated/validator.js, and each package that
 * failsafe.config.ts names into a module beside it: plain JavaScript that needs no file at run time.
 * Run by `npm run build`.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import config from '../../failsafe.config.ts';
import { configSchema } from '../../lib/config.ts';
import { type FhirPackage, PackageError, readPackageFolder } from '../packages/fhir-package.ts';
import { readLock, writeLock } from '../packages/lock-file.ts';
import { PackageCache } from '../packages/package-cache.ts';
import { nameOf } from '../packages/package-name.ts';
import { PackageRegistry } from '../packages/package-registry.ts';
import { resolvePackages } from '../packages/resolve-packages.ts';
import { packageFolder, readDefinitions, readLater } from './definitions.ts';
import { emitModule } from './emit-module.ts';
import { costOfModules } from './module-cost.ts';
import { failureText, GapError, reportGaps } from './package-report.ts';
import { selectionsOf } from './selections.ts';

const PACKAGE = 'hl7.fhir.r4.examples';
/** HL7's own, of which any version is better than none. */
const BUILT_IN = ['hl7.terminology.r4', 'hl7.fhir.uv.extensions.r4'];
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OUTPUT = new URL('../generated/', import.meta.url);
const LOCK = `${ROOT}fhir-packages.lock.json`;
const DECLARATION = `import type { Policies } from '../runtime/report.ts';
import type { Profiles, Selections } from '../runtime/profiles.ts';
import type { Check } from '../runtime/shapes.ts';
export declare const resources: ReadonlyMap<string, Check>;
export declare const profiles: Profiles;
export declare const policies: Policies;
export declare const selections: Selections;
`;

try {
  await compile();
} catch (error) {
  if (!(error instanceof PackageError || error instanceof GapError)) throw error;
  console.error(`fhir: ${error.message}`);
  process.exitCode = 1;
}

async function compile(): Promise<void> {
  const started = performance.now();
  const {
    packages,
    packageCache,
    packageRegistry,
    allowPartial,
    profiles,
    profilesBySource,
    ...policies
  } = configSchema.parse(config).fhir;
  const resolved = await resolvePackages(packages, {
    root: ROOT,
    cache: new PackageCache(packageCache),
    registry: new PackageRegistry(packageRegistry, fetch),
    lock: readLock(LOCK),
    builtIn: builtInPackage,
  });
  const { configured, dependencies, missing, remarks } = resolved;
  const selections = selectionsOf(profiles, profilesBySource, configured);
  const { source, guides, summary } = emitModule(
    readDefinitions(packageFolder(PACKAGE)),
    configured,
    policies,
    readLater(),
    { dependencies, selections },
  );
  const absent = missing.map(({ wantedBy, reason }) => `${reason} (${wantedBy} depends on it)`);
  const { lines, failures } = reportGaps(guides.slice(1), allowPartial);
  for (const line of [...remarks, ...absent.map((each) => `missing: ${each}`), ...lines]) say(line);
  if (failures.length > 0) throw new GapError(failureText(failures, absent));
  write([{ file: 'validator.js', source }, ...guides]);
  writeLock(LOCK, resolved.lock);

  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(
    `compiled ${PACKAGE} into ${Math.round(source.length / 1024)} KB of JavaScript in ${seconds} s`,
  );
  for (const each of [...configured, ...dependencies]) say(`with ${nameOf(each)} of ${each.from}`);
  for (const line of summary) say(line);
  for (const line of guides.length > 1 ? await costOfModules(OUTPUT, guides, configured) : [])
    say(line);
}

/** What the validator is compiled with anyway, in another version than the one asked for. */
function builtInPackage(id: string): FhirPackage | undefined {
  if (!BUILT_IN.includes(id)) return undefined;
  try {
    return { ...readPackageFolder(packageFolder(id)), isFolder: false };
  } catch {
    return undefined;
  }
}

function write(files: readonly { readonly file: string; readonly source: string }[]): void {
  mkdirSync(OUTPUT, { recursive: true });
  for (const old of readdirSync(OUTPUT)) {
    if (/^guide-\d+\.js$/.test(old)) rmSync(new URL(old, OUTPUT));
  }
  for (const { file, source } of files) writeFileSync(new URL(file, OUTPUT), source);
  writeFileSync(new URL('validator.d.ts', OUTPUT), DECLARATION);
}

function say(line: string): void {
  console.log(`fhir: ${line}`);
}
