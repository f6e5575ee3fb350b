/**
 * How many tries of the SDK were refused as too many since the last invocation ended. The SDK's clients
 * (aws/count-throttles.ts) count here, and the end of each invocation takes the count as a metric.
 */
let throttles = 0;

export function countThrottle(): void {
  throttles += 1;
}

/** The count, which begins again at 0. */
export function takeThrottles(): number {
  const count = throttles;
  throttles = 0;
  return count;
}
