/**
 * Between verdict and outcome: what the validator could not decide is asked of the terminology
 * server, where one is configured. Whatever becomes of that, there is an outcome: it takes no longer
 * than the budget, it never throws, and what has no answer is accepted with an issue that says so.
 */
import type { Context } from 'aws-lambda';
import { boundedIssues, keyOf, questionsOf, withReplies } from '../../core/delivery/terminology.ts';
import type { Verdict } from '../../core/message/verdict.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { WRITING_MS } from './handlers-clock.ts';
import type { Judgement } from './judging.ts';
import type { ValidateParts } from './parts.ts';
import type { Found } from './terminology/terminology.ts';
import type { TimeBudget } from './terminology/time-budget.ts';

type Answered = Extract<Verdict, { kind: 'valid' | 'invalid' }>;

/** Whether there is something to ask before this judgement is final. */
export function isUndecided(judgement: Judgement): judgement is Answered {
  return (
    (judgement.kind === 'valid' || judgement.kind === 'invalid') &&
    judgement.issues.some((issue) => issue.undecided !== undefined)
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

  /** The judgement as it is final: a valid one may turn out invalid. */
  async verify(judgement: Judgement, source: string): Promise<Judgement> {
    const { terminology, settings } = this.#parts;
    const budget = this.#budget;
    if (terminology === undefined || budget === undefined || !isUndecided(judgement)) {
      return judgement;
    }
    const questions = questionsOf(judgement.issues);
    const asked = terminology.allowed([...questions.keys()], source);
    const found = await Promise.all(
      [...questions].map(async ([key, question]): Promise<readonly [string, Found]> => {
        if (!asked.has(key)) return [key, { reply: 'unasked' }];
        return [key, await terminology.reply(question, budget)];
      }),
    );
    for (const [, { from = 'CodesUnverified' }] of found) this.#tally.add(from);
    const replies = new Map(found);
    const issues = withReplies(
      judgement.issues,
      (question) => replies.get(keyOf(question))?.reply ?? 'none',
    );
    return withIssues(judgement, [...boundedIssues(issues, settings.issuesMax)]);
  }
}

function withIssues(verdict: Answered, issues: Answered['issues']): Answered {
  const isInvalid = issues.some(({ severity }) => severity === 'error');
  return isInvalid ? { ...verdict, kind: 'invalid', issues } : { ...verdict, issues };
}
