/**
 * The guides that are measured: tarballs in a folder, and packages of the npm registry. A guide
 * that is missing is left out and reported.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type FhirPackage,
  readPackageTarball,
} from '../../packages/fhir-validator/packages/fhir-package.ts';
import { readTarball } from '../../packages/fhir-validator/packages/tar.ts';

/** Tarballs as their publishers ship them. */
const FOLDER = process.env['IG_FOLDER'] ?? '/work/shared/ig';
const DOWNLOADS = fileURLToPath(new URL('../../build/ig/', import.meta.url));

export interface Guide {
  readonly name: string;
  readonly packages: readonly FhirPackage[];
  readonly tarballs: readonly string[];
  /** Resources that the packages bring as examples, by file. */
  readonly examples: ReadonlyMap<string, Record<string, unknown>>;
}

const GUIDES: readonly { readonly name: string; readonly tarballs: readonly string[] }[] = [
  { name: 'US Core 6.1.0', tarballs: ['us_core_610.tgz'] },
  { name: 'US Core 8.0.0', tarballs: ['us_core_800.tgz'] },
  { name: 'IPS 2.0.0', tarballs: ['hl7.fhir.uv.ips@2.0.0'] },
  {
    name: 'ISiK 4.0.0',
    tarballs: ['de.gematik.isik-basismodul-4.0.0.tgz', 'de.basisprofil.r4-1.6.0.tgz'],
  },
];
/** What the guides depend on, in the versions that the npm registry has. */
const DEPENDENCIES = ['hl7.terminology.r4@7.0.1', 'hl7.fhir.uv.extensions.r4@5.3.0-ballot-tc1'];

export function guides(): Guide[] {
  return GUIDES.flatMap(({ name, tarballs }) => {
    const files = tarballs.map(fileOf);
    if (!files.every((each) => each !== undefined)) {
      console.log(`${name}: left out, ${tarballs.join(' or ')} is not there`);
      return [];
    }
    const packages = files.map((each) => readPackageTarball(readFileSync(each), each));
    return [{ name, packages, tarballs: files, examples: new Map(files.flatMap(examplesOf)) }];
  });
}

export function dependencies(): FhirPackage[] {
  return dependencyFiles().map((file) => readPackageTarball(readFileSync(file), file));
}

export function dependencyFiles(): string[] {
  return DEPENDENCIES.flatMap((each) => fileOf(each) ?? []);
}

function fileOf(source: string): string | undefined {
  const file = source.includes('@')
    ? `${DOWNLOADS}${source.replace('@', '-')}.tgz`
    : `${FOLDER}/${source}`;
  if (!existsSync(file) && source.includes('@')) download(source);
  return existsSync(file) ? file : undefined;
}

function download(source: string): void {
  mkdirSync(DOWNLOADS, { recursive: true });
  try {
    execFileSync('npm', ['pack', '--silent', source], { cwd: DOWNLOADS, stdio: 'ignore' });
  } catch {
    console.log(`${source}: npm has not got it`);
  }
}

const DEFINITIONS =
  /^(StructureDefinition|ValueSet|CodeSystem|CapabilityStatement|SearchParameter|ImplementationGuide|OperationDefinition|NamingSystem|ConceptMap)$/;

function examplesOf(file: string): [string, Record<string, unknown>][] {
  return readTarball(readFileSync(file)).flatMap(({ path, content }) => {
    const [, name] = /^package\/((?:examples?\/)?[^/.][^/]*\.json)$/.exec(path) ?? [];
    if (name === undefined || name === 'package.json') return [];
    const resource = JSON.parse(content.toString('utf8')) as Record<string, unknown>;
    const type = resource['resourceType'];
    if (typeof type !== 'string' || DEFINITIONS.test(type)) return [];
    return [[name, resource] as [string, Record<string, unknown>]];
  });
}
