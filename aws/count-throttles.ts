/** Counts the tries of calls that AWS refused as too many (metric `Throttled`). */
import { isThrottlingError } from '@smithy/core/retry';
import { countThrottle } from '../telemetry/throttle-count.ts';

type SdkFailure = Parameters<typeof isThrottlingError>[0];
type Step = (args: object) => Promise<unknown>;
interface Steps {
  add(step: (next: Step) => Step, place: Readonly<Record<string, string>>): void;
}

/** Each refused try counts, also where the next one succeeds: one alarm watches all services. */
export function countingThrottles<C extends { readonly middlewareStack: object }>(client: C): C {
  (client.middlewareStack as Steps).add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isThrottlingError(error as SdkFailure)) countThrottle();
        throw error;
      }
    },
    { name: 'countThrottles', step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}
