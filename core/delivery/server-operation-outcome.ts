/**
 * What we need to know of an external server's OperationOutcome.
 * https://hl7.org/fhir/R4/operationoutcome.html
 */
import * as z from 'zod';

const textsSchema = z.array(z.string()).catch([]);
const outcomeSchema = z.object({
  resourceType: z.literal('OperationOutcome'),
  issue: z
    .array(
      z.object({
        severity: z.string().catch('error'),
        code: z.string().catch(''),
        expression: textsSchema,
        location: textsSchema,
      }),
    )
    .catch([]),
});
export type ServerOutcome = z.infer<typeof outcomeSchema>;

/** Undefined if the text is not one, or is cut off. */
export function outcomeIn(text: string): ServerOutcome | undefined {
  try {
    return outcomeSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * Statuses of 4xx that are about us, our headers, the connection or the moment, whatever comes with them: not about what
 * was sent. https://www.rfc-editor.org/rfc/rfc9110#section-15.5
 */
export const NOT_ABOUT_CONTENT: readonly number[] = [
  ...[401, 402, 403, 406, 407, 408],
  ...[415, 421, 423, 425, 426, 429, 431],
];

const isError = ({ severity }: ServerOutcome['issue'][number]) =>
  severity === 'error' || severity === 'fatal';

/**
 * The codes by which a server says that the same content may succeed later. `exception` is left out, although FHIR
 * counts it among them: servers use it for any fault that they find.
 * https://hl7.org/fhir/R4/valueset-issue-type.html
 */
const PASSING = ['transient', 'lock-error', 'no-store', 'timeout', 'incomplete', 'throttled'];

/** Whether all of its errors will pass, so that none is about the resource. */
export function isPassing({ issue }: ServerOutcome): boolean {
  const errors = issue.filter(isError);
  return errors.length > 0 && errors.every(({ code }) => PASSING.includes(code));
}

/** Whether the server may still be at work: it only gave up waiting for it. */
export function mayGoOn({ issue }: ServerOutcome): boolean {
  return issue.filter(isError).some(({ code }) => code === 'timeout' || code === 'transient');
}

/**
 * Whether one of its errors names an element of the resource: by FHIRPath (`Patient.name[0]`), or by XPath
 * as older servers do (`/f:Patient/f:name`). The name of the type alone points nowhere.
 * https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
 */
export function pointsInto({ issue }: ServerOutcome, resourceType: string): boolean {
  const beginnings = [`${resourceType}.`, `/f:${resourceType}/`];
  return issue
    .filter(isError)
    .flatMap(({ expression, location }) => [...expression, ...location])
    .some((place) => beginnings.some((each) => place.startsWith(each)));
}
