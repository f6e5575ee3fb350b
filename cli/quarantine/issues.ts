/**
 * An entry's outcome without quotes from the resource: codes, places and rules. Texts may quote values, and
 * a FHIR server's answer is somebody else's text, so these are shown with the body only.
 */
import { z } from 'zod';
import type { QuarantineRecord } from '../../aws/quarantine-entries.ts';
import { publicExpression } from '../../core/message/public-expression.ts';
import { RULES } from '../../packages/fhir-validator/operation-outcome.ts';

/** A rule of ours, such as `fhir-r4/date` or `dom-3`. */
const codingSchema = z.object({
  system: z.literal(RULES),
  code: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9/._-]{0,99}$/),
});

/** A code of http://hl7.org/fhir/issue-type and its place; anything else is left out. */
const issueSchema = z.object({
  severity: z.enum(['fatal', 'error', 'warning', 'information']).catch('error'),
  code: z
    .string()
    .regex(/^[a-z][a-z-]{0,39}$/)
    .catch('unknown'),
  /** Names of elements, as our validator writes them: `Patient.name[0].given`. */
  expression: z
    .array(z.string().regex(/^[A-Z][A-Za-z]{0,63}(\.[a-z][A-Za-z0-9]{0,63}(\[\d{1,9}\])?){0,99}$/))
    .optional()
    .catch(undefined),
  details: z
    .object({ coding: z.array(codingSchema).min(1) })
    .optional()
    .catch(undefined),
});
const outcomeSchema = z.object({ issue: z.array(issueSchema) });
export interface CodedIssue extends Omit<z.infer<typeof issueSchema>, 'details'> {
  readonly rule?: string;
}

/** Without names that a producer invented. Undefined if there is no outcome, or it cannot be read. */
export function codedIssues(
  entry: Pick<QuarantineRecord, 'outcome' | 'kind'>,
): readonly CodedIssue[] | undefined {
  return placedIssues(entry)?.map(({ expression = [], ...issue }) => {
    const told = expression.flatMap(
      (each) => publicExpression({ ...issue, expression: each }) ?? [],
    );
    return { ...issue, ...(told.length > 0 && { expression: told }) };
  });
}

/** With the places as the validator found them: for those who may see the body. */
export function placedIssues({
  outcome,
  kind,
}: Pick<QuarantineRecord, 'outcome' | 'kind'>): readonly CodedIssue[] | undefined {
  const { data } = outcomeSchema.safeParse(parsed(outcome));
  // The places in a server's answer may be any text.
  const isOurs = kind === 'rejection';
  return data?.issue.map(({ severity, code, expression, details }) => {
    const rule = details?.coding[0]?.code;
    return {
      severity,
      code,
      ...(isOurs && expression !== undefined && { expression }),
      ...(isOurs && rule !== undefined && { rule }),
    };
  });
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
