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
 * Whether one of its errors names an element of the resource: by FHIRPath (`Patient.name[0]`), or by XPath
 * as older servers do (`/f:Patient/f:name`). The name of the type alone points nowhere.
 * https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression
 */
export function pointsInto({ issue }: ServerOutcome, resourceType: string): boolean {
  const beginnings = [`${resourceType}.`, `/f:${resourceType}/`];
  return issue
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .flatMap(({ expression, location }) => [...expression, ...location])
    .some((place) => beginnings.some((each) => place.startsWith(each)));
}
