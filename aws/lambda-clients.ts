/** Clients of Lambda itself, apart from the others: only the supervisor needs them. */
import { LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import { INVOCATION_TIMEOUT_MS } from './call-timeouts.ts';
import { type CallSettings, callConfig } from './clients.ts';
import { countingThrottles } from './count-throttles.ts';
import { EndingHandler } from './ending-handler.ts';

export interface LambdaClients {
  /** For changing mappings. */
  readonly lambda: LambdaClient;
  /** For invocations whose result is awaited. */
  readonly waitingLambda: LambdaClient;
}

/** For changing mappings: a call that hangs must fail soon. */
export const makeLambda = (settings?: CallSettings) =>
  countingThrottles(new LambdaClient(callConfig(settings)));

/**
 * For invocations whose result is awaited, as long as the slowest function may take. They are never
 * repeated, because one without an answer may have run. So each has a connection of its own: an idle one
 * may have been lost while the environment was frozen, and a probe must not fail for that.
 */
export const makeWaitingLambda = () =>
  new LambdaClient({
    maxAttempts: 1,
    requestHandler: new EndingHandler({
      httpAgent: { keepAlive: false },
      httpsAgent: { keepAlive: false },
      connectionTimeout: 1_000,
      requestTimeout: INVOCATION_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
  });

type LambdaPlace = Pick<LambdaClientConfig, 'endpoint' | 'region' | 'credentials'>;

/** For a Lambda that the environment variables do not name, such as the local runtime's. */
export const makeLambdaAt = (place: LambdaPlace) => new LambdaClient({ ...place, maxAttempts: 1 });
