import { expect, test } from 'vitest';
import { countThrottle, withThrottleCount } from '../../telemetry/throttle-count.ts';

/** Runs an invocation with so many throttled tries. Returns what is told of it. */
async function told(throttles: number, error?: Error): Promise<number[]> {
  const counts: number[] = [];
  const invocation = async () => {
    for (let n = 0; n < throttles; n += 1) {
      await Promise.resolve();
      countThrottle();
    }
    if (error !== undefined) throw error;
  };
  const end = withThrottleCount(invocation, (count) => counts.push(count));
  if (error === undefined) await end;
  else await expect(end).rejects.toBe(error);
  return counts;
}

test('a throttled try counts for the invocation that made it', async () => {
  expect(await Promise.all([told(1), told(3), told(0)])).toEqual([[1], [3], [0]]);
});

test('an invocation that fails tells its count too', async () => {
  expect(await told(2, new Error('of the handler'))).toEqual([2]);
});

test('outside of any invocation nobody counts', async () => {
  countThrottle();
  expect(await told(0)).toEqual([0]);
});
