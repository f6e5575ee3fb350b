/** What a simulated function is, what may befall it, and what is around it. */
import type { Context } from 'aws-lambda';
import type { Failure } from '../../packages/local-lambda/lambda/outcome.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';
import type { Scheduler } from '../scheduler.ts';

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
  /** An environment's clock is set when it goes on, to another difference. */
  readonly clockSteps: number;
  /** An asynchronous invocation that succeeded is made again, under the same request id. */
  readonly asyncTwice: number;
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
  clockSteps: 0,
  asyncTwice: 0,
};

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
