/**
 * How many tries of the SDK's calls were refused as too many, for each invocation. The SDK's clients
 * (aws/count-throttles.ts) count for the invocation that made the call, so no step has to pass the count on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const counts = new AsyncLocalStorage<{ throttles: number }>();

/** Counts one for the current invocation. Outside of any, nobody asks. */
export function countThrottle(): void {
  const count = counts.getStore();
  if (count !== undefined) count.throttles += 1;
}

/** Runs an invocation, and calls `tell` with its count when it ends or fails. */
export async function withThrottleCount<T>(
  invocation: () => Promise<T>,
  tell: (throttles: number) => void,
): Promise<T> {
  const count = { throttles: 0 };
  try {
    return await counts.run(count, invocation);
  } finally {
    tell(count.throttles);
  }
}
