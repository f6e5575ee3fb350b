/**
 * Asynchronous invocations, as rules and log subscriptions make them. After a failure they are
 * retried twice. Then the event goes to the function's dead-letter queue.
 */
import type { Outcome } from '../../packages/local-lambda/lambda/outcome.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Queue } from '../sqs/queue.ts';
import type { LambdaFunction } from './function.ts';

const AGAIN_AFTER_MS = [60_000, 120_000];
const REFUSED_AGAIN_MS = 1_000;

export interface AsyncTarget {
  readonly target: LambdaFunction;
  readonly deadLetters: Queue | undefined;
}

export function invokeLater(
  scheduler: Scheduler,
  { target, deadLetters }: AsyncTarget,
  event: object,
): void {
  const requestId = scheduler.random.uuid();
  const attempt = (number: number) => {
    const end = ({ status }: Outcome) => {
      if (status === 'success') return;
      const afterMs = AGAIN_AFTER_MS[number];
      if (afterMs !== undefined) scheduler.after(afterMs, () => attempt(number + 1));
      else deadLetters?.send({ ...BARE, body: JSON.stringify(event) });
    };
    const refusal = target.invoke(event, end, requestId);
    if (refusal !== undefined) scheduler.after(REFUSED_AGAIN_MS, () => attempt(number));
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
