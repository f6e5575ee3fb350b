/** The package.json of a FHIR package: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification */
import * as z from 'zod';

/** It becomes a comment and a text of the compiled module, and parts of messages. */
const nameSchema = z.string().regex(/^[^\p{Cc}\u2028\u2029]+$/u, 'must be one line of text');

const schema = z.looseObject({
  name: nameSchema.optional(),
  version: nameSchema.optional(),
  fhirVersions: z.array(z.string()).optional(),
  'fhir-version-list': z.array(z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).nullish(),
});
export type Manifest = z.infer<typeof schema>;

/** The manifest, or what is wrong with it. A package without one has an empty one. */
export function readManifest(text = '{}'): Manifest | { readonly wrong: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { wrong: 'is not JSON' };
  }
  const { data, error } = schema.safeParse(json);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const where = issue?.path.join('.') ?? '';
  return { wrong: `is wrong${where === '' ? '' : ` at ${where}`}: ${issue?.message ?? ''}` };
}
