/**
 * A Lambda function: environments that load, run one invocation at a time, are frozen after their
 * response, thawed for the next one, and die.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from 'aws-lambda';
import {
  exited,
  type Failure,
  type Outcome,
  type Refusal,
  reported,
  throttled,
  timedOut,
} from '../../packages/local-lambda/lambda/outcome.ts';
import type { Effect } from '../effects.ts';
import { Host } from '../host.ts';
import type { Scheduler } from '../scheduler.ts';
import { Deaths } from './deaths.ts';

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

export interface FunctionPlan {
  readonly name: string;
  readonly timeoutMs: number;
  readonly concurrencyMax: number;
  /**
   * Builds the function for one environment from deployment number `deployment` (from 0). @throws
   * as a bad deployment does
   */
  load(host: Host, deployment: number): Handler;
}

export interface FunctionFaults {
  /** An environment dies at an await. */
  readonly killed: number;
  /** An environment dies while it loads, and with it the invocation that waited for it. */
  readonly loadFails: number;
  /** No environment accepts the invocation. */
  readonly throttled: number;
  /** An environment is replaced although it is healthy. */
  readonly retired: number;
  readonly coldStartMs: number;
  /** Stands still at an await, and goes on. */
  readonly stalled: number;
  readonly stallMs: number;
  /** Maximum difference of an environment's clock, in both directions. */
  readonly skewMs: number;
}

export const NO_FUNCTION_FAULTS: FunctionFaults = {
  killed: 0,
  loadFails: 0,
  throttled: 0,
  retired: 0,
  coldStartMs: 300,
  stalled: 0,
  stallMs: 0,
  skewMs: 0,
};

const invocations = new AsyncLocalStorage<string>();

/** The request id of the invocation whose code runs now, even if that invocation has ended. */
export const invocationAround = (): string | undefined => invocations.getStore();

/** How long after a deployment environments of the previous one still accept invocations. */
const BOTH_RUN_MS = 60_000;
/** Probability that an environment is thawed which has been frozen for longer than others. */
const OLDER_TAKEN = 0.1;

interface Environment {
  readonly host: Host;
  handler: Handler | undefined;
}

/** An invocation that runs in an environment. */
interface Invocation {
  readonly event: unknown;
  readonly end: (outcome: Outcome) => void;
  readonly requestId: string;
}

export interface FunctionSurroundings {
  readonly scheduler: Scheduler;
  faults(): FunctionFaults;
  /** Whether its environments load at all now. */
  loads?(): boolean;
  tell(effect: Effect, by: Host): void;
  /**
   * Logs a failure as the platform does. There is no request if the environment died while it
   * loaded.
   */
  log?(host: Host, failure: Failure, requestId: string | undefined): void;
}

export class LambdaFunction {
  readonly plan: FunctionPlan;
  readonly #around: FunctionSurroundings;
  readonly #deaths: Deaths;
  #idle: Environment[] = [];
  #running = 0;
  #count = 0;
  #deployment = 0;
  #deployedAt = Number.NEGATIVE_INFINITY;

  constructor(plan: FunctionPlan, around: FunctionSurroundings) {
    this.plan = plan;
    this.#around = around;
    this.#deaths = new Deaths(around.scheduler.random);
  }

  /** Number of environments so far. */
  get environments(): number {
    return this.#count;
  }

  /** Deploys new code. For some time, the old code runs next to it. */
  deploy(): void {
    this.#deployment += 1;
    this.#deployedAt = this.#around.scheduler.now;
  }

  /**
   * Returns a refusal at once. Otherwise calls `end` with the outcome. A retried invocation keeps
   * its request id.
   */
  invoke(
    event: unknown,
    end: (outcome: Outcome) => void,
    requestId = this.#around.scheduler.random.uuid(),
  ): Refusal | undefined {
    const { scheduler, faults } = this.#around;
    const isFull = this.#running >= this.plan.concurrencyMax;
    if (isFull || scheduler.random.chance(faults().throttled)) return throttled();
    this.#running += 1;
    const invocation = {
      event,
      requestId,
      end: (outcome: Outcome) => {
        this.#running -= 1;
        end(outcome);
      },
    };
    const environment = this.#takeIdle();
    if (environment === undefined) this.#start(invocation);
    else {
      environment.host.thaw();
      this.#around.tell({ kind: 'thawed' }, environment.host);
      this.#run(environment, invocation);
    }
    return undefined;
  }

  /** Usually the environment that was used last. It may be gone. */
  #takeIdle(): Environment | undefined {
    const { scheduler, faults } = this.#around;
    const { random } = scheduler;
    const isOlder = this.#idle.length > 1 && random.chance(OLDER_TAKEN);
    const environment = isOlder
      ? this.#idle.splice(random.below(this.#idle.length), 1)[0]
      : this.#idle.pop();
    if (environment === undefined) return undefined;
    const isLost = this.#isReplaced(environment) || this.#around.loads?.() === false;
    const isGone = isLost || scheduler.random.chance(faults().retired);
    if (!isGone) return environment;
    environment.host.kill();
    this.#around.tell({ kind: 'died' }, environment.host);
    return undefined;
  }

  #isReplaced({ host }: Environment): boolean {
    const { now } = this.#around.scheduler;
    return host.deployment !== this.#deployment && now - this.#deployedAt >= BOTH_RUN_MS;
  }

  #start(invocation: Invocation): void {
    const { scheduler, faults } = this.#around;
    this.#count += 1;
    const { coldStartMs, skewMs } = faults();
    const environment: Environment = {
      handler: undefined,
      host: new Host(scheduler, {
        name: `${this.plan.name}#${this.#count}`,
        deployment: this.#deployment,
        skewMs: scheduler.random.between(-skewMs, skewMs),
        diesHere: () => scheduler.random.chance(faults().killed),
        stallsHere: () => {
          const { stalled, stallMs } = faults();
          return scheduler.random.chance(stalled) ? stallMs : 0;
        },
      }),
    };
    scheduler.after(scheduler.random.duration(coldStartMs), () => {
      const fails = this.#around.loads?.() === false;
      if (fails || scheduler.random.chance(faults().loadFails))
        this.#failToLoad(environment, invocation);
      else this.#load(environment, invocation);
    });
  }

  #load(environment: Environment, invocation: Invocation): void {
    const { scheduler } = this.#around;
    try {
      environment.handler = this.plan.load(environment.host, environment.host.deployment);
    } catch (fault) {
      scheduler.note(`${environment.host.name} does not load`);
      scheduler.fail(fault);
      return;
    }
    this.#run(environment, invocation);
  }

  /** The platform reports the environment first, then the invocation that waited for it. */
  #failToLoad({ host }: Environment, { end, requestId }: Invocation): void {
    const { scheduler, tell, log } = this.#around;
    const failure = exited(1, null);
    scheduler.note(`${host.name} died while it loaded`);
    host.kill();
    tell({ kind: 'died' }, host);
    log?.(host, failure, undefined);
    log?.(host, failure, requestId);
    end(failure);
  }

  #run(environment: Environment, { event, end, requestId }: Invocation): void {
    const { scheduler, tell, log } = this.#around;
    const { host, handler } = environment;
    const { timeoutMs, name } = this.plan;
    const startedAt = scheduler.now;
    let isOver = false;
    const over = (outcome: Outcome, after: () => void) => {
      if (isOver) return;
      isOver = true;
      timeout.act = undefined;
      scheduler.note(`${host.name} ${outcome.status}`);
      after();
      tell({ kind: 'ended', ...invocation, outcome }, host);
      end(outcome);
    };
    const died = (outcome: Failure) =>
      over(outcome, () => {
        host.kill();
        tell({ kind: 'died' }, host);
        log?.(host, outcome, requestId);
      });
    const report = this.#deaths.draw(event);
    host.onDeath = () => scheduler.after(1, () => died(report()));
    const timeout = scheduler.after(timeoutMs, () => died(timedOut(timeoutMs / 1_000)));
    const context = contextOf(requestId, name, () => startedAt + timeoutMs - scheduler.now);
    const invocation = { functionName: name, requestId };
    scheduler.note(`${host.name} invoked ${requestId}`);
    tell({ kind: 'invoked', ...invocation, event }, host);
    const answered = (outcome: Outcome) =>
      over(outcome, () => {
        host.freeze();
        tell({ kind: 'frozen' }, host);
        this.#idle.push(environment);
      });
    host.resume(() => {
      const handle = () => (handler as Handler)(event, context);
      void invocations.run(context.awsRequestId, handle).then(
        (answer) => answered({ status: 'success', payload: JSON.stringify(answer ?? null) }),
        (error: unknown) => {
          const failure = reported(JSON.stringify(asReported(error)));
          log?.(host, failure, requestId);
          answered(failure);
        },
      );
    });
  }
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
