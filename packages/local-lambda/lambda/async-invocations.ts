/**
 * Lambda's asynchronous invocations, as log subscriptions and rules use them. A function that fails
 * is invoked again after one minute and after two more. Then the event goes to the function's
 * dead-letter queue, if it has one.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { nameOfArn } from '../template/account.ts';
import { queueUrlOf } from '../template/plan.ts';
import type { FunctionSpec } from './function-spec.ts';
import type { LambdaHost } from './host.ts';
import type { Failure } from './outcome.ts';

export type AsyncInvocations = {
  /** Accepts an event (JSON). */
  invoke(spec: FunctionSpec, payload: string): void;
  /** Number of accepted events that are neither handled nor given up. */
  pending(): number;
  stop(): void;
};

const RETRIES_AFTER_MS = [60_000, 120_000];
/** A refusal is not an attempt. Lambda waits a second at first, later up to five minutes. */
const REFUSED_AGAIN_MS = 1_000;

/** Access to the dead-letter queues in the emulator. */
type DeadLetters = { sqs: SQSClient; endpoint: string };

export function startAsyncInvocations(
  host: Pick<LambdaHost, 'acquire'>,
  deadLetters: DeadLetters,
  log: (line: string) => void,
  retriesAfterMs: number[] = RETRIES_AFTER_MS,
): AsyncInvocations {
  const timers = new Set<NodeJS.Timeout>();
  let pending = 0;
  let stopped = false;

  async function attempt(spec: FunctionSpec, payload: string, count: number): Promise<void> {
    const lease = await host.acquire(`async ${spec.name}`, spec.reservedConcurrency, spec);
    if (stopped) return;
    const outcome = await lease.invoke(() => payload);
    if (stopped) return;
    if (outcome.status === 'success') {
      pending -= 1;
      return;
    }
    if (outcome.status === 'throttled') {
      later(REFUSED_AGAIN_MS, () => attempt(spec, payload, count));
      return;
    }
    log(`${spec.name}: asynchronous invocation ${count + 1} failed: ${outcome.errorType}`);
    const delayMs = retriesAfterMs[count];
    if (delayMs === undefined) await giveUp(spec, payload, outcome);
    else later(delayMs, () => attempt(spec, payload, count + 1));
  }

  async function giveUp(spec: FunctionSpec, payload: string, failure: Failure): Promise<void> {
    try {
      await sendDeadLetter(deadLetters, spec, payload, failure);
    } catch (error) {
      // As on AWS, which counts it as DeadLetterErrors: the event is lost.
      log(`${spec.name}: its event was lost, the dead-letter queue refused it: ${String(error)}`);
    }
    pending -= 1;
  }

  function later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  }

  return {
    invoke(spec, payload) {
      pending += 1;
      attempt(spec, payload, 0);
    },
    pending: () => pending,
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

async function sendDeadLetter(
  { sqs, endpoint }: DeadLetters,
  spec: FunctionSpec,
  payload: string,
  failure: Failure,
): Promise<void> {
  if (!spec.deadLetterArn) return;
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrlOf(nameOfArn(spec.deadLetterArn), endpoint),
      MessageBody: payload,
      MessageAttributes: {
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: {
          DataType: 'String',
          StringValue: failure.errorMessage || failure.errorType,
        },
      },
    }),
  );
}
