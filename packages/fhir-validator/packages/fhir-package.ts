/** Reads a FHIR package: its package.json and its conformance resources. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CodeSystem, StructureDefinition, ValueSet } from 'fhir/r4.js';
import type { Definitions } from '../compiler/definitions.ts';
import { wrongNumber } from './element-numbers.ts';
import { type Manifest, readManifest } from './manifest.ts';
import type { PackageName } from './package-name.ts';
import { readTarball } from './tar.ts';

export interface FhirPackage extends PackageName {
  /** Where the package was found, for messages. */
  readonly from: string;
  /** True for a folder of the user's own: its content may change from build to build. */
  readonly isFolder: boolean;
  readonly fhirVersions: readonly string[];
  /** Wanted versions by id. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly definitions: Definitions;
  /** JSON text of resources that are not definitions. The build measures with them. */
  readonly examples: readonly string[];
  /** Hash of the content. It does not depend on how the package is packed. */
  readonly integrity: string;
}

/** A package that cannot be used. The message says why. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
}

/** Text of the JSON files at the top of a package, by name. */
type Files = ReadonlyMap<string, string>;

/**
 * Reads a folder with the files of a package, or with a subfolder `package/` that has them. Throws
 * PackageError.
 */
export function readPackageFolder(folder: string): FhirPackage {
  if (!existsSync(folder)) throw new PackageError(`${folder}: there is no such folder`);
  if (!statSync(folder).isDirectory()) {
    throw new PackageError(
      `${folder}: a file that is not named .tgz; a package is that or a folder`,
    );
  }
  const inner = join(folder, 'package');
  const isOuter = !existsSync(join(folder, 'package.json')) && existsSync(inner);
  const top = isOuter ? inner : folder;
  const names = ['', ...EXAMPLES].flatMap((sub) => jsonIn(top, sub));
  const files = new Map(names.sort().map((each) => [each, readFileSync(join(top, each), 'utf8')]));
  return packageOf(files, folder, basename(folder), true);
}

/** Subfolders that hold examples. Other subfolders hold further renderings of the same content. */
const EXAMPLES = ['example', 'examples'];

function jsonIn(top: string, sub: string): string[] {
  const folder = join(top, sub);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((each) => each.endsWith('.json'))
    .map((each) => join(sub, each));
}

export function readPackageTarball(bytes: Uint8Array, from: string): FhirPackage {
  const files = new Map<string, string>();
  for (const { path, content } of tarFiles(bytes, from)) {
    const [, name] = /^(?:\.\/)?[^/]+\/((?:examples?\/)?[^/]+\.json)$/.exec(path) ?? [];
    if (name !== undefined) files.set(name, content.toString('utf8'));
  }
  return packageOf(files, from, basename(from, '.tgz'), false);
}

function tarFiles(bytes: Uint8Array, from: string) {
  try {
    return readTarball(bytes);
  } catch (cause) {
    throw new PackageError(`${from}: not a gzipped tar archive`, { cause });
  }
}

function packageOf(files: Files, from: string, name: string, isFolder: boolean): FhirPackage {
  const manifest = manifestOf(files.get('package.json'), from);
  const { definitions, examples, guideId, guideVersion } = definitionsOf(files, from);
  const { structures, valueSets, codeSystems } = definitions;
  if (structures.length + valueSets.size + codeSystems.size === 0) {
    const inner = isFolder ? packageBelow(from) : undefined;
    const hint = inner === undefined ? '' : ` Did you mean ${inner}?`;
    throw new PackageError(
      `${from}: there is no StructureDefinition, ValueSet or CodeSystem in it. ` +
        `A package has them as .json files beside its package.json.${hint}`,
    );
  }
  return {
    id: manifest.name ?? guideId ?? name,
    version: manifest.version ?? guideVersion ?? '0.0.0',
    from,
    isFolder,
    fhirVersions: manifest.fhirVersions ?? manifest['fhir-version-list'] ?? [],
    dependencies: manifest.dependencies ?? {},
    definitions,
    examples,
    integrity: integrityOf(files),
  };
}

const DEFINITION_FILE = /^(StructureDefinition|ValueSet|CodeSystem)-.*\.json$/;
const SEARCHED_BELOW = 2;

/** A subfolder with definitions, such as the `package/` of a tarball. */
function packageBelow(folder: string, depth = SEARCHED_BELOW): string | undefined {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isDirectory() || entry.name === 'node_modules') continue;
    const below = join(folder, entry.name);
    if (readdirSync(below).some((each) => DEFINITION_FILE.test(each))) return below;
    const deeper = depth > 1 ? packageBelow(below, depth - 1) : undefined;
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function manifestOf(text: string | undefined, from: string): Manifest {
  const manifest = readManifest(text);
  if (!('wrong' in manifest)) return manifest;
  throw new PackageError(`${from}: its package.json ${manifest.wrong}`);
}

interface Read {
  readonly definitions: Definitions;
  readonly examples: readonly string[];
  readonly guideId?: string;
  readonly guideVersion?: string;
}

type Conformance = { resourceType?: unknown; url?: string };

/** Recognizes a file by its content, because publishers choose file names freely. */
function definitionsOf(files: Files, from: string): Read {
  const structures: StructureDefinition[] = [];
  const valueSets = new Map<string, ValueSet>();
  const codeSystems = new Map<string, CodeSystem>();
  let guide: { packageId?: string; version?: string } = {};
  const examples: string[] = [];
  for (const [file, text] of files) {
    if (/(^|\/)\./.test(file) || file === 'package.json') continue;
    if (file.includes('/')) {
      examples.push(text);
      continue;
    }
    const resource = resourceOf(text, `${from}, ${file}`);
    const { resourceType, url } = resource;
    if (resourceType === 'StructureDefinition') {
      structures.push(soundStructure(resource as StructureDefinition, `${from}, ${file}`));
    } else if (resourceType === 'ValueSet' && url) valueSets.set(url, resource as ValueSet);
    else if (resourceType === 'CodeSystem' && url) codeSystems.set(url, resource as CodeSystem);
    else if (resourceType === 'ImplementationGuide') guide = resource as typeof guide;
    else if (resourceType !== undefined) examples.push(text);
  }
  return {
    definitions: { structures, valueSets, codeSystems },
    examples,
    ...(guide.packageId === undefined ? {} : { guideId: guide.packageId }),
    ...(guide.version === undefined ? {} : { guideVersion: guide.version }),
  };
}

function soundStructure(structure: StructureDefinition, where: string): StructureDefinition {
  const wrong = wrongNumber(structure);
  if (wrong !== undefined) throw new PackageError(`${where}: cannot use ${wrong}`);
  return structure;
}

function resourceOf(text: string, where: string): Conformance {
  try {
    return (JSON.parse(text.replace(/^\uFEFF/, '')) ?? {}) as Conformance;
  } catch (cause) {
    throw new PackageError(`${where}: not JSON`, { cause });
  }
}

/** Hash of the content: the same for a tarball and for the folder that it was unpacked to. */
function integrityOf(files: Files): string {
  const hash = createHash('sha512');
  for (const name of [...files.keys()].sort()) {
    if (name.includes('/') || name.startsWith('.') || name === 'package.json') continue;
    hash.update(`${name}\n`).update(
      createHash('sha512')
        .update(files.get(name) ?? '')
        .digest(),
    );
  }
  return `sha512-${hash.digest('base64')}`;
}
