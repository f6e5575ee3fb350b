/** Reads the conformance resources of an npm-style FHIR package, and gives them types. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type {
  CodeSystem,
  ElementDefinition,
  ElementDefinitionType,
  StructureDefinition,
  ValueSet,
} from 'fhir/r4.js';

export type { CodeSystem, ElementDefinition, ElementDefinitionType, StructureDefinition, ValueSet };

export interface Definitions {
  readonly structures: StructureDefinition[];
  readonly valueSets: ReadonlyMap<string, ValueSet>;
  readonly codeSystems: ReadonlyMap<string, CodeSystem>;
}

/** The folder of an installed FHIR package, for example `hl7.fhir.r4.examples`. */
export function packageFolder(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

/** What HL7 has published since R4: new codes, and further places where extensions are allowed. */
export interface Later {
  readonly codeSystems: readonly CodeSystem[];
  readonly extensions: readonly StructureDefinition[];
}

export function readLater(): Later {
  return {
    codeSystems: readAll<CodeSystem>(packageFolder('hl7.terminology.r4'), 'CodeSystem-'),
    extensions: readAll<StructureDefinition>(
      packageFolder('hl7.fhir.uv.extensions.r4'),
      'StructureDefinition-',
    ),
  };
}

/** Reads the conformance resources of a package folder. Ignores all other files. */
export function readDefinitions(folder: string): Definitions {
  return {
    structures: readAll<StructureDefinition>(folder, 'StructureDefinition-'),
    valueSets: byUrl(readAll<ValueSet>(folder, 'ValueSet-')),
    codeSystems: byUrl(readAll<CodeSystem>(folder, 'CodeSystem-')),
  };
}

function readAll<T>(folder: string, prefix: string): T[] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix) && file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T);
}

function byUrl<T extends { url?: string | undefined }>(resources: T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const resource of resources) if (resource.url) map.set(resource.url, resource);
  return map;
}
