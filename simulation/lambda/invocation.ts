/** An invocation in a loaded environment: its handler runs until it answers, its time is up, or its environment dies. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import {
  type Failure,
  type Outcome,
  reported,
  timedOut,
} from '../../packages/local-lambda/lambda/outcome.ts';
import type { Host } from '../host.ts';
import type { FunctionPlan, FunctionSurroundings, Handler } from './function-plan.ts';

const invocations = new AsyncLocalStorage<string>();

/** The request id of the invocation whose code runs now, even if that invocation has ended. */
export const invocationAround = (): string | undefined => invocations.getStore();

/** An invocation that waits for an environment, or runs in one. */
export interface Invocation {
  readonly event: unknown;
  readonly end: (outcome: Outcome) => void;
  readonly requestId: string;
}

/** A loaded environment. */
export interface Environment {
  readonly host: Host;
  readonly handler: Handler;
}

export interface Surroundings extends FunctionSurroundings {
  readonly plan: FunctionPlan;
  /** What the platform reports if the environment dies now. */
  readonly death: () => Failure;
  /** The environment has answered, and may be used again. */
  readonly onFrozen: () => void;
}

export function runInvocation(
  { host, handler }: Environment,
  { event, end, requestId }: Invocation,
  { plan: { name, timeoutMs }, scheduler, tell, log, death, onFrozen }: Surroundings,
): void {
  const startedAt = scheduler.now;
  const ids = { functionName: name, requestId };
  let isOver = false;
  const over = (outcome: Outcome, after: () => void) => {
    if (isOver) return;
    isOver = true;
    timeout.act = undefined;
    scheduler.note(`${host.name} ${outcome.status}`);
    after();
    tell({ kind: 'ended', ...ids, outcome }, host);
    end(outcome);
  };
  const died = (outcome: Failure) =>
    over(outcome, () => {
      host.kill();
      tell({ kind: 'died' }, host);
      log?.(host, outcome, requestId);
    });
  const answered = (outcome: Outcome) =>
    over(outcome, () => {
      host.freeze();
      tell({ kind: 'frozen' }, host);
      onFrozen();
    });
  host.onDeath = () => scheduler.after(1, () => died(death()));
  const timeout = scheduler.after(timeoutMs, () => died(timedOut(timeoutMs / 1_000)));
  const context = contextOf(requestId, name, () => startedAt + timeoutMs - scheduler.now);
  scheduler.note(`${host.name} invoked ${requestId}`);
  tell({ kind: 'invoked', ...ids, event }, host);
  host.resume(() => {
    void invocations
      .run(requestId, () => handler(event, context))
      .then(
        (answer) => answered({ status: 'success', payload: JSON.stringify(answer ?? null) }),
        (error: unknown) => {
          const failure = reported(JSON.stringify(asReported(error)));
          log?.(host, failure, requestId);
          answered(failure);
        },
      );
  });
}

function asReported(error: unknown): object {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { errorType: name, errorMessage: message };
}

function contextOf(awsRequestId: string, functionName: string, remaining: () => number): Context {
  return {
    awsRequestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: '1024',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: functionName,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, remaining()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
