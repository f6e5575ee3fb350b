/**
 * Asynchronous invocations, as rules and log subscriptions make them. After a failure they are
 * retried twice. Then the event goes to the function's dead-letter queue. Likewise after six hours in
 * which the function was throttled. One that succeeded may be made again.
 */
import type { Outcome } from '../../packages/local-lambda/lambda/outcome.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Queue } from '../sqs/queue.ts';
import type { LambdaFunction } from './function.ts';

const AGAIN_AFTER_MS = [60_000, 120_000];
/** Doubled each time. */
const REFUSED_AGAIN_MS = { least: 1_000, most: 300_000 };
const AGE_MAX_MS = 6 * 3_600_000;
const TWICE_WITHIN_MS = 60_000;

export interface AsyncTarget {
  readonly target: LambdaFunction;
  readonly deadLetters: Queue | undefined;
  /** How likely it is made again after it succeeded. */
  readonly twice?: number;
}

export function invokeLater(
  scheduler: Scheduler,
  { target, deadLetters, twice = 0 }: AsyncTarget,
  event: object,
): void {
  const { random, now: begunAt } = scheduler;
  const requestId = random.uuid();
  const giveUp = () => void deadLetters?.send({ ...BARE, body: JSON.stringify(event) });
  let againMs = REFUSED_AGAIN_MS.least;
  let isLast = !random.chance(twice);
  const attempt = (number: number) => {
    const end = ({ status }: Outcome) => {
      const isDone = status === 'success';
      if (isDone && isLast) return;
      if (isDone) isLast = true;
      const afterMs = isDone ? random.below(TWICE_WITHIN_MS) : AGAIN_AFTER_MS[number];
      if (afterMs === undefined) giveUp();
      else scheduler.after(afterMs, () => attempt(isDone ? number : number + 1));
    };
    const refusal = target.invoke(event, end, requestId);
    if (refusal === undefined) return;
    if (scheduler.now + againMs - begunAt > AGE_MAX_MS) giveUp();
    else scheduler.after(againMs, () => attempt(number));
    againMs = Math.min(REFUSED_AGAIN_MS.most, againMs * 2);
  };
  attempt(0);
}

const BARE = {
  attributes: {},
  groupId: undefined,
  deduplicationId: undefined,
  delaySeconds: undefined,
  senderId: 'AROALAMBDA:async',
};
