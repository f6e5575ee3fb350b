/**
 * Between verdict and outcome: asks the terminology server, if one is configured, about codes that the
 * validator could not decide. There is always an outcome: this step takes no longer than the budget,
 * never throws, and accepts a code without an answer, with an issue that says so.
 */
import type { Context } from 'aws-lambda';
import { boundedIssues, keyOf, questionsOf, withReplies } from '../../core/delivery/terminology.ts';
import type { Verdict } from '../../core/message/verdict.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { VerdictOrNone } from './isolated-validator.ts';
import type { ValidateParts } from './parts.ts';
import type { Found } from './terminology/terminology.ts';
import type { TimeBudget } from './terminology/time-budget.ts';
import { WRITING_MS } from './within-time.ts';

type ValidOrInvalid = Extract<Verdict, { kind: 'valid' | 'invalid' }>;

/** Whether a code must be asked before this verdict is final. */
export function isUndecided(verdict: VerdictOrNone): verdict is ValidOrInvalid {
  return (
    (verdict.kind === 'valid' || verdict.kind === 'invalid') &&
    verdict.issues.some((issue) => issue.undecided !== undefined)
  );
}

/** The verifications of one invocation. */
export class Verification {
  readonly #parts: Pick<ValidateParts, 'terminology' | 'settings'>;
  readonly #budget: TimeBudget | undefined;
  readonly #tally: Tally;

  constructor(
    parts: Pick<ValidateParts, 'terminology' | 'settings' | 'now'>,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
    tally: Tally,
  ) {
    const endsAt = parts.now() + context.getRemainingTimeInMillis() - WRITING_MS;
    this.#parts = parts;
    this.#budget = parts.terminology?.budgetUntil(endsAt);
    this.#tally = tally;
  }

  /** The final verdict: a valid one may become invalid. */
  async verify(verdict: VerdictOrNone, source: string): Promise<VerdictOrNone> {
    const { terminology, settings } = this.#parts;
    const budget = this.#budget;
    if (terminology === undefined || budget === undefined || !isUndecided(verdict)) {
      return verdict;
    }
    const questions = questionsOf(verdict.issues);
    const asked = terminology.allowed([...questions.keys()], source);
    const found = await Promise.all(
      [...questions].map(async ([key, question]): Promise<readonly [string, Found]> => {
        if (!asked.has(key)) return [key, { reply: 'unasked' }];
        return [key, await terminology.reply(question, budget)];
      }),
    );
    for (const [, { metric = 'CodesUnverified' }] of found) this.#tally.add(metric);
    const replies = new Map(found);
    const issues = withReplies(
      verdict.issues,
      (question) => replies.get(keyOf(question))?.reply ?? 'none',
    );
    return withIssues(verdict, [...boundedIssues(issues, settings.issuesMax)]);
  }
}

function withIssues(verdict: ValidOrInvalid, issues: ValidOrInvalid['issues']): ValidOrInvalid {
  const isInvalid = issues.some(({ severity }) => severity === 'error');
  return isInvalid ? { ...verdict, kind: 'invalid', issues } : { ...verdict, issues };
}
