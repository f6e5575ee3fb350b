/**
 * What a producer learns of its message: how it ended, and why, without the resource or a value.
 *
 * The texts of issues quote values, so they stay in Quarantine. The path of an unknown property ends in a
 * name that the producer invented, so only its parent is published. The name of the file is not published
 * either: people name files after people (R08).
 *
 * Published at least once: a consumer drops repetitions by message id and verdict. The size is bounded, so
 * that ten fit into one batch of any topic.
 */

import type { Issue } from '../../packages/fhir-validator/issue.ts';
import type { CrashKind } from '../../packages/isolation/death.ts';
import type { Lane, Origin, OutcomeEvent, OutcomeVerdict } from './messages.ts';

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
    issues: issues.slice(0, ISSUES_MAX).map(({ severity, code, expression, rule }) => {
      const where = expression && toldExpression(code, expression, rule);
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

/** These issues may be about an unknown property, whose name the sender invented. */
const MAY_END_IN_A_MADE_UP_NAME = new Set([
  'fhir-r4/unknown-property',
  'fhir-r4/duplicate-property',
  'fhir-r4/lone-surrogate',
]);

function toldExpression(code: string, expression: string, rule: string | undefined): string {
  const isMadeUp = rule === undefined ? code === 'structure' : MAY_END_IN_A_MADE_UP_NAME.has(rule);
  const known = isMadeUp ? parentOf(expression) : expression;
  return known.slice(0, EXPRESSION_CHARACTERS_MAX);
}

/** The steps that look like FHIR's own names, without the last. */
function parentOf(expression: string): string {
  const [root = '', ...steps] = expression.split('.');
  const strange = steps.findIndex((step) => !/^[a-z][A-Za-z0-9]*(?:\[\d+\])?$/.test(step));
  const known = strange === -1 ? steps.slice(0, -1) : steps.slice(0, strange);
  return [root, ...known].join('.');
}
