import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openUntil, rampAt } from '../../core/breaker-policy.ts';
import { policy } from './breaker-support.ts';

test('R10: it stays open 30 s the first time, whatever is drawn', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (draw) => {
      expect(openUntil(0, { now: 5, draw }, policy)).toBe(30_005);
    }),
  );
});

test('reopening doubles that, a random half aside, up to the cap; Retry-After too ends there', () => {
  const draws = fc.double({ min: 0, max: 0.999, noNaN: true });
  const asked = fc.option(fc.nat(10_000_000), { nil: undefined });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), draws, asked, (reopenings, draw, retryAt) => {
      const until = openUntil(reopenings, { now: 0, draw, retryAt }, policy);
      const full = Math.min(300_000, 30_000 * 2 ** reopenings);
      expect(until).toBeGreaterThanOrEqual(full / 2);
      expect(until).toBeLessThanOrEqual(300_000);
      if (retryAt === undefined) expect(until).toBeLessThanOrEqual(full);
      else expect(until).toBeGreaterThanOrEqual(Math.min(retryAt, 300_000));
    }),
  );
});

test('traffic returns step by step, and a clock that lags sees the first step', () => {
  const its = { ...policy, ramp: [0.1, 0.5], rampStepMs: 100 };
  expect(rampAt(1_000, 999, its)).toEqual({ share: 0.1, nextAt: 1_000 });
  expect(rampAt(1_000, 1_099, its)).toEqual({ share: 0.1, nextAt: 1_100 });
  expect(rampAt(1_000, 1_100, its)).toEqual({ share: 0.5, nextAt: 1_200 });
  expect(rampAt(1_000, 1_200, its)).toMatchObject({ share: 1 });
  expect(rampAt(undefined, 0, its)).toMatchObject({ share: 1 });
});
