import type { Verdict } from '../../core/message/verdict.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import { RESULT_BYTES_MAX } from '../../packages/isolation/ledger.ts';

const TEXT_CHARACTERS_MAX = 1_000;
/** Upper limits for the names and punctuation of one issue, and of a verdict with its identity. */
const ISSUE_FRAME_BYTES = 150;
const VERDICT_FRAME_BYTES = 2_000;

/**
 * Cuts a verdict to a size that fits into every store and message: texts first, then issues. At least
 * one error stays, because an invalid resource must say why (R07).
 */
export function boundedVerdict<V extends Exclude<Verdict, { kind: 'crash' }>>(verdict: V): V {
  const errorsFirst = () =>
    verdict.issues.toSorted((a, b) => Number(isError(b)) - Number(isError(a)));
  let issues: Issue[] = verdict.issues;
  if (bytesOf(verdict) > RESULT_BYTES_MAX) issues = errorsFirst().map(shortened);
  while (bytesOf({ ...verdict, issues }) > RESULT_BYTES_MAX) {
    issues = issues.slice(0, Math.floor(issues.length / 2));
  }
  return issues === verdict.issues ? verdict : { ...verdict, issues };
}

function shortened(issue: Issue): Issue {
  const { expression } = issue;
  return {
    ...issue,
    text: issue.text.slice(0, TEXT_CHARACTERS_MAX),
    ...(expression && { expression: expression.slice(0, TEXT_CHARACTERS_MAX) }),
  };
}

/** Issues that reject a resource. */
export function isError(issue: Issue): boolean {
  return issue.severity === 'error';
}

/**
 * The bytes of its JSON. For few or short issues it returns only an upper limit, because most verdicts
 * are small.
 */
function bytesOf(verdict: { readonly issues: readonly Issue[] }): number {
  const bound = verdict.issues.reduce((sum, issue) => sum + boundOf(issue), VERDICT_FRAME_BYTES);
  return bound <= RESULT_BYTES_MAX ? bound : Buffer.byteLength(JSON.stringify(verdict)) + 1;
}

/** A character takes at most the six bytes of an escape. */
function boundOf({ text, expression, code, undecided }: Issue): number {
  const own = ISSUE_FRAME_BYTES + 6 * (text.length + code.length + (expression?.length ?? 0));
  return undecided === undefined ? own : own + 6 * JSON.stringify(undecided).length;
}
