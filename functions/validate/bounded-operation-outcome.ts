/**
 * The OperationOutcome of a rejection that is stored, as JSON of a limited size. The producer's
 * resource decides how many issues there are and how long their texts are, and each stored kilobyte
 * costs money. Errors come first, because the last issues are left out. The first one always stays,
 * because a rejection says why (R07).
 */
import type { OperationOutcome } from 'fhir/r4.js';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import { operationOutcome } from '../../packages/fhir-validator/operation-outcome.ts';
import { isError } from './bounded-verdict.ts';

/** Maximum length of the text if even a single issue is too long. */
const CHARACTERS_MAX = 200;
/** An upper limit for the issue that says how many are left out, and for the JSON around the issues. */
const FRAME_BYTES = 250;

export function boundedOutcome(issues: readonly Issue[], bytesMax: number): string {
  const whole = operationOutcome(issues);
  const text = JSON.stringify(whole);
  if (Buffer.byteLength(text) <= bytesMax) return text;
  const errorsFirst = issues.toSorted((a, b) => Number(isError(b)) - Number(isError(a)));
  const { issue: all } = operationOutcome(errorsFirst);
  let left = bytesMax - FRAME_BYTES;
  const kept = all.findIndex((issue) => {
    left -= Buffer.byteLength(JSON.stringify(issue)) + 1;
    return left < 0;
  });
  const issue =
    kept > 0 ? all.slice(0, kept) : operationOutcome(errorsFirst.slice(0, 1).map(cut)).issue;
  const more = all.length - issue.length;
  if (more > 0)
    issue.push({
      severity: 'information',
      code: 'too-long',
      diagnostics: `and ${more} more issues`,
    });
  return JSON.stringify({ ...whole, issue } satisfies OperationOutcome);
}

function cut(issue: Issue): Issue {
  const { text, expression, rule, guide } = issue;
  return {
    ...issue,
    text: shortened(text),
    ...(expression !== undefined && { expression: shortened(expression) }),
    ...(rule !== undefined && { rule: shortened(rule) }),
    ...(guide !== undefined && { guide: shortened(guide) }),
  };
}

/** A character outside ASCII may take four bytes, or six as an escape. */
const shortened = (text: string) => text.slice(0, CHARACTERS_MAX).toWellFormed();
