/** The official definitions as they lie in an npm-style FHIR package: read, typed, nothing more. */
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

/** Reads the conformance resources of a package folder; everything else in it is ignored. */
export function readDefinitions(folder: string): Definitions {
  const files = readdirSync(folder).sort();
  const read = <T>(prefix: string): T[] =>
    files
      .filter((file) => file.startsWith(prefix) && file.endsWith('.json'))
      .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T);
  return {
    structures: read<StructureDefinition>('StructureDefinition-'),
    valueSets: byUrl(read<ValueSet>('ValueSet-')),
    codeSystems: byUrl(read<CodeSystem>('CodeSystem-')),
  };
}

function byUrl<T extends { url?: string | undefined }>(resources: T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const resource of resources) if (resource.url) map.set(resource.url, resource);
  return map;
}
