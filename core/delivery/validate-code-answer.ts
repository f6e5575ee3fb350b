/**
 * What a server's answer to `$validate-code` means.
 *
 * FHIR leaves open how a server says that it does not know the code system or the value set. Some refuse
 * (4xx with an OperationOutcome), some answer `result: false` and name the reason beside it: as an issue of type `not-found` or
 * `not-supported`, as a parameter that names the unknown system, or in words. All of these are `unknown`.
 * If they meant "not in the value set", a server without that terminology would have everything rejected.
 * An unreadable answer counts as no answer.
 *
 * Source: https://hl7.org/fhir/R4/valueset-operation-validate-code.html,
 * https://hl7.org/fhir/tools/CodeSystem-tx-issue-type.html
 */
import * as z from 'zod';
import { NOT_ABOUT_CONTENT, outcomeIn } from './server-operation-outcome.ts';
import type { Answer, Question } from './terminology.ts';

const issueSchema = z.object({ code: z.string().optional() });
const parametersSchema = z.object({
  resourceType: z.literal('Parameters'),
  parameter: z.array(
    z.object({
      name: z.string(),
      valueBoolean: z.boolean().optional(),
      valueString: z.string().optional(),
      resource: z.object({ issue: z.array(issueSchema).optional() }).optional(),
    }),
  ),
});
type Parameters = z.infer<typeof parametersSchema>['parameter'];

const UNKNOWN_SYSTEM = ['x-unknown-system', 'x-caused-by-unknown-system'];
const UNKNOWN_ISSUES = ['not-found', 'not-supported'];
const UNKNOWN_FIRST = /unknown (code ?system|value ?set)/i;
const TERMINOLOGY = /(code ?system|value ?set)\b/i;
const UNKNOWN_LATER = /\b(unknown|not (be )?(found|resolved|supported))/i;

/** The body of `POST [base]/ValueSet/$validate-code`: the coding, and nothing else of its resource. */
export function validateCodeRequest({ valueSet, coding }: Question): string {
  return JSON.stringify({
    resourceType: 'Parameters',
    parameter: [
      { name: 'url', valueUri: valueSet },
      { name: 'coding', valueCoding: coding },
    ],
  });
}

/** The answer, or undefined if the server gave none: a failed call. */
export function answerOf(status: number, body: string): Answer | undefined {
  if (status >= 400 && status < 500) return isRefusal(status, body) ? 'unknown' : undefined;
  if (status < 200 || status >= 300) return undefined;
  const parameters = parametersOf(body);
  const result = parameters?.find(({ name }) => name === 'result')?.valueBoolean;
  if (parameters === undefined || result === undefined) return undefined;
  if (result) return 'in-set';
  return saysUnknown(parameters) ? 'unknown' : 'not-in-set';
}

/** An ingress without a server behind it answers 404 too, and its answer must not be remembered. */
const isRefusal = (status: number, body: string): boolean =>
  !NOT_ABOUT_CONTENT.includes(status) && outcomeIn(body) !== undefined;

function parametersOf(body: string): Parameters | undefined {
  try {
    return parametersSchema.parse(JSON.parse(body)).parameter;
  } catch {
    return undefined;
  }
}

function saysUnknown(parameters: Parameters): boolean {
  return parameters.some(
    ({ name, valueString = '', resource }) =>
      UNKNOWN_SYSTEM.includes(name) ||
      (name === 'message' && isUnknownBy(valueString)) ||
      (resource?.issue ?? []).some(({ code = '' }) => UNKNOWN_ISSUES.includes(code)),
  );
}

/**
 * Whether the words say so. A server repeats the code, and a producer writes that: one expression for a terminology
 * with the words behind it would take quadratic time, on the thread that all messages share.
 */
function isUnknownBy(message: string): boolean {
  const named = message.search(TERMINOLOGY);
  return UNKNOWN_FIRST.test(message) || (named !== -1 && UNKNOWN_LATER.test(message.slice(named)));
}
