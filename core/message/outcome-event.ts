/**
 * What a producer learns of its message: how it ended, and why, without the resource or a value.
 *
 * The texts of issues quote values, so they stay in Quarantine. The name of the file is not published either:
 * people name files after people (R08).
 *
 * Published at least once: a consumer drops repetitions by message id and verdict. The size is bounded, so
 * that ten fit into one batch of any topic.
 */

import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { CrashKind } from '../../packages/isolation/death.ts';
import type { Lane, Origin, OutcomeEvent, OutcomeVerdict } from './messages.ts';
import { publicExpression } from './public-expression.ts';

/** Maximum number of published issues per message. Their total is published too. */
const ISSUES_MAX = 20;
const EXPRESSION_CHARACTERS_MAX = 200;
const RULE_CHARACTERS_MAX = 64;

export interface Outcome {
  readonly verdict: OutcomeVerdict;
  readonly issues?: readonly Pick<Issue, 'severity' | 'code' | 'expression' | 'rule'>[];
  readonly crash?: CrashKind | undefined;
  readonly fingerprint?: string | undefined;
  /** Epoch ms. */
  readonly endedAt: number;
}

export function outcomeEvent(
  { messageId, source, line, sequence, correlationId, sentAt, redrivenAt }: Origin,
  lane: Lane,
  { verdict, issues = [], crash, fingerprint, endedAt }: Outcome,
): OutcomeEvent {
  return {
    verdict,
    messageId,
    source,
    lane,
    ...(line !== undefined && { line }),
    ...(sequence !== undefined && { sequence }),
    ...(correlationId !== undefined && { correlationId }),
    sentAt,
    ...(redrivenAt !== undefined && { redrivenAt }),
    endedAt,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(crash !== undefined && { crash }),
    issues: issues.slice(0, ISSUES_MAX).map((issue) => {
      const { severity, code, rule } = issue;
      const where = publicExpression(issue)?.slice(0, EXPRESSION_CHARACTERS_MAX);
      const shownRule = rule?.slice(0, RULE_CHARACTERS_MAX);
      return {
        severity,
        code,
        ...(where && { expression: where }),
        ...(shownRule && { rule: shownRule }),
      };
    }),
    issuesTotal: issues.length,
  };
}
