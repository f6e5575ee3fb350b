/** Clients of Lambda itself, apart from the others: only who supervises carries them. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { callConfig } from './clients.ts';
import { EndingHandler } from './ending-handler.ts';
import { INVOCATION_PATIENCE_MS, type Patience } from './patience.ts';

export interface LambdaClients {
  /** For the control of mappings. */
  readonly lambda: LambdaClient;
  /** For invocations that are waited for. */
  readonly waitingLambda: LambdaClient;
}

/** For the control of mappings: a call that hangs must fail soon. */
export const makeLambda = (patience?: Patience) => new LambdaClient(callConfig(patience));

/**
 * For invocations that are waited for, as long as the slowest function may take. They are never
 * repeated, for one without an answer may have run. So each has a connection of its own: an idle one
 * may be lost since the environment was frozen, and a probe must not fail for that.
 */
export const makeWaitingLambda = () =>
  new LambdaClient({
    maxAttempts: 1,
    requestHandler: new EndingHandler({
      httpAgent: { keepAlive: false },
      httpsAgent: { keepAlive: false },
      connectionTimeout: 1_000,
      requestTimeout: INVOCATION_PATIENCE_MS,
      throwOnRequestTimeout: true,
    }),
  });
