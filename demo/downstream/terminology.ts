/**
 * A stand-in for a terminology server: answers `$validate-code` for a few value sets.
 * https://hl7.org/fhir/R4/valueset-operation-validate-code.html
 */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Call, type StandIn, type StandInOptions, say, startStandIn } from './stand-in.ts';

const questionSchema = z.object({
  parameter: z.array(
    z.object({
      name: z.string(),
      valueUri: z.string().optional(),
      valueCoding: z.object({ system: z.string(), code: z.string() }).optional(),
    }),
  ),
});

/** Value sets with the code systems, and their codes, that it knows. */
const VALUE_SETS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'http://hl7.org/fhir/ValueSet/mimetypes': {
    'urn:ietf:bcp:13': [
      ...['application/dicom', 'application/fhir+json', 'application/pdf', 'image/gif'],
      ...['image/jpeg', 'image/png', 'text/plain'],
    ],
  },
  'http://hl7.org/fhir/ValueSet/patient-contactrelationship': {
    'http://terminology.hl7.org/CodeSystem/v2-0131': [
      ...['BP', 'C', 'CP', 'E', 'EP', 'F', 'I', 'N', 'O', 'PR', 'S', 'U'],
    ],
  },
  'http://hl7.org/fhir/ValueSet/ucum-units': {
    'http://unitsofmeasure.org': ['1', '%', 'cm', 'g', 'kg', 'mg/dL', 'mm[Hg]', 'mmol/L'],
  },
};

export interface TerminologyServer extends StandIn {
  /** The codes asked about, in order. */
  readonly asked: readonly string[];
}

export async function startTerminology(options: StandInOptions = {}): Promise<TerminologyServer> {
  const asked: string[] = [];

  function validateCode({ path, method, body }: Call, response: ServerResponse) {
    if (method !== 'POST' || path !== 'ValueSet/$validate-code') {
      return say(response, 404, 'only POST [base]/ValueSet/$validate-code');
    }
    const { parameter } = questionSchema.parse(JSON.parse(body));
    const url = parameter.find(({ name }) => name === 'url')?.valueUri ?? '';
    const coding = parameter.find(({ name }) => name === 'coding')?.valueCoding;
    if (coding === undefined) return say(response, 400, 'no coding');
    asked.push(coding.code);
    const systems = VALUE_SETS[url];
    if (systems === undefined) return say(response, 404, `value set ${url} is not known here`);
    const result = systems[coding.system]?.includes(coding.code) ?? false;
    response.writeHead(200, { 'content-type': 'application/fhir+json' });
    response.end(
      JSON.stringify({
        resourceType: 'Parameters',
        parameter: [{ name: 'result', valueBoolean: result }],
      }),
    );
  }

  const standIn = await startStandIn(validateCode, options, () => ({ asked: asked.length }));
  return { ...standIn, asked };
}
