import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { realMachine } from '../../../aws/machine.ts';
import { ifTimePermits, withinTime } from '../../../functions/validate/within-time.ts';
import { endOfWork } from '../../../telemetry/invocation.ts';

const TIMEOUT_MS = 10_000;
const clock = () => {
  const end = Date.now() + TIMEOUT_MS;
  return { getRemainingTimeInMillis: () => end - Date.now() };
};
/** Ends when its calls are aborted, as an SDK call does. */
const untilAborted = () =>
  new Promise<never>((_, reject) => {
    const signal = endOfWork();
    signal?.addEventListener('abort', () => reject(signal.reason));
  });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('work of an invocation', () => {
  test('that is done in time says so', async () => {
    expect(await withinTime(realMachine, clock(), async () => {})).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that fails in time fails', async () => {
    const failing = () => Promise.reject(new Error('it failed'));
    await expect(withinTime(realMachine, clock(), failing)).rejects.toThrow('it failed');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('R61: first stops validating, then its calls are aborted and it is waited for', async () => {
    const steps: string[] = [];
    const done = withinTime(realMachine, clock(), async (validating) => {
      vi.setSystemTime(0);
      validating.addEventListener('abort', () => steps.push(`stopped at ${Date.now()}`));
      await untilAborted().catch(() => steps.push(`ended at ${Date.now()}`));
      steps.push('settled');
    });
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
    expect(await done).toBe(false);
    expect(steps).toEqual(['stopped at 7500', 'ended at 9000', 'settled']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('R61: whose calls were aborted is late, not failed', async () => {
    const done = withinTime(realMachine, clock(), untilAborted);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await done).toBe(false);
  });

  test('R06: that does not end is abandoned before the timeout fails the batch', async () => {
    const done = withinTime(realMachine, clock(), () => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(9_500);
    expect(await done).toBe(false);
  });

  test('R61: has its last calls aborted after half of the remaining time', async () => {
    const aborted = vi.fn();
    const last = ifTimePermits(realMachine, clock(), () => untilAborted().catch(aborted));
    await vi.advanceTimersByTimeAsync(5_000);
    await last;
    expect(aborted).toHaveBeenCalledOnce();
  });
});
