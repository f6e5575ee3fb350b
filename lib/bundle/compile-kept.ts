/**
 * Compiles packages on demand, outside of the build. The result is kept in the package cache, by a
 * hash of all its inputs.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Compiled } from '../../packages/fhir-validator/compiled-validator.ts';
import { packageFolder } from '../../packages/fhir-validator/compiler/definitions.ts';
import { makeFolder, PackageCache } from '../../packages/fhir-validator/packages/package-cache.ts';
import { nameOf } from '../../packages/fhir-validator/packages/package-name.ts';
import type { ResolvedPackages } from '../../packages/fhir-validator/packages/resolve-packages.ts';
import { compileSettings, type FhirSettings } from './compile-settings.ts';

const FHIR = new URL('../../packages/fhir-validator/', import.meta.url);
/** A folder of the package cache. It is not a valid package name. */
const FOLDER = '.compiled-by-fhir-failsafe';
const REPORT = 'report.json';
const BASE = ['hl7.fhir.r4.examples', 'hl7.terminology.r4', 'hl7.fhir.uv.extensions.r4'];

export interface Kept {
  readonly compiled: Compiled;
  /** What the compiler could not enforce, and what it left out because the config accepts that. */
  readonly open: readonly string[];
  readonly accepted: readonly string[];
  /** Whether it had already been compiled. */
  readonly wasKept: boolean;
}

/** @throws GapError as the build does. */
export async function compileKept(
  settings: FhirSettings,
  resolved: ResolvedPackages,
): Promise<Kept> {
  const place = join(new PackageCache(settings.packageCache).folder, FOLDER);
  const kept = join(place, hashOf(settings, resolved));
  const wasKept = existsSync(join(kept, REPORT));
  const folder = wasKept ? kept : write(settings, resolved, place, kept);
  const { open, accepted } = JSON.parse(readFileSync(join(folder, REPORT), 'utf8'));
  const compiled = await import(pathToFileURL(join(folder, 'validator.js')).href);
  return { compiled, open, accepted, wasKept };
}

function write(
  settings: FhirSettings,
  resolved: ResolvedPackages,
  place: string,
  kept: string,
): string {
  const { source, guides, open, accepted } = compileSettings(settings, resolved);
  const folder = newFolder(place);
  for (const each of [{ file: 'validator.js', source }, ...guides]) {
    writeFileSync(join(folder, each.file), placed(each.source));
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, REPORT), JSON.stringify({ open, accepted }));
  if (!folder.startsWith(place)) return folder;
  // Another process may have been first. Its result is the same.
  if (existsSync(kept)) rmSync(folder, { recursive: true });
  else renameSync(folder, kept);
  return kept;
}

/** A temporary folder if the cache cannot be written. */
function newFolder(place: string): string {
  try {
    makeFolder(place);
    return mkdtempSync(join(place, '.compiling-'));
  } catch {
    return mkdtempSync(join(tmpdir(), 'fhir-failsafe-'));
  }
}

/** Generated code imports its runtime from a folder next to its own. */
function placed(source: string): string {
  return source.replaceAll(/^(import .* from ')\.\.\//gm, `$1${FHIR.href.replaceAll("'", '%27')}`);
}

function hashOf(settings: FhirSettings, { configured, dependencies }: ResolvedPackages): string {
  const { packageCache: _, packageRegistry: __, packages: ___, ...rules } = settings;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([FHIR.href, rules]));
  for (const each of [...configured, ...dependencies]) {
    hash.update(`${nameOf(each)} ${each.integrity}\n`);
  }
  hash.update(`${configured.length}\n`);
  for (const each of BASE) hash.update(readFileSync(join(packageFolder(each), 'package.json')));
  const root = fileURLToPath(FHIR);
  for (const file of globSync('{compiler,rules,runtime}/**/*.ts', { cwd: root }).sort()) {
    hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 32);
}
