import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openUntil, rampAt } from '../../../core/breaker/breaker-policy.ts';
import { policy } from './breaker-support.ts';

const draws = fc.double({ min: 0, max: 0.999, noNaN: true });

test('R10: it stays open 30 s the first time, whatever the random number', () => {
  fc.assert(
    fc.property(draws, (draw) => {
      const backOff = { reopenings: 0, failedProbes: 0 };
      expect(openUntil(backOff, { now: 5, draw }, policy)).toBe(30_005);
    }),
  );
});

test.each([
  ['a first probe that failed', { reopenings: 0, failedProbes: 1 }, 10_000],
  ['a third failed probe', { reopenings: 0, failedProbes: 3 }, 12_100],
  ['many', { reopenings: 0, failedProbes: 60 }, 300_000],
  ['opening again while traffic returns', { reopenings: 1, failedProbes: 0 }, 60_000],
  ['reopening for the third time', { reopenings: 3, failedProbes: 0 }, 240_000],
  ['reopening more often', { reopenings: 2_000, failedProbes: 0 }, 300_000],
  ['both', { reopenings: 2, failedProbes: 2 }, 44_000],
])('after %s it waits for a time and at least half of it', (_, backOff, full) => {
  const asked = fc.option(fc.nat(10_000_000), { nil: undefined });
  fc.assert(
    fc.property(draws, asked, (draw, retryAt) => {
      const until = openUntil(backOff, { now: 0, draw, retryAt }, policy);
      expect(until).toBeGreaterThanOrEqual(full / 2);
      expect(until).toBeLessThanOrEqual(300_000);
      if (retryAt === undefined) expect(until).toBeLessThanOrEqual(full);
      else expect(until).toBeGreaterThanOrEqual(Math.min(retryAt, 300_000));
    }),
  );
});

test('a breaker that opens only briefly probes no less often than it opens', () => {
  const hasty = { ...policy, openMs: 2_000 };
  const until = openUntil({ reopenings: 0, failedProbes: 1 }, { now: 0, draw: 0.5 }, hasty);
  expect(until).toBe(1_500);
});

test('the end of an outage of any length is noticed within a sixth of it, or ten seconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 30_000, max: 3_600_000 }), draws, (outageMs, draw) => {
      let probedAt = openUntil({ reopenings: 0, failedProbes: 0 }, { now: 0, draw }, policy);
      for (let failedProbes = 1; probedAt < outageMs; failedProbes += 1) {
        probedAt = openUntil({ reopenings: 0, failedProbes }, { now: probedAt, draw }, policy);
      }
      expect(probedAt - outageMs).toBeLessThanOrEqual(10_000 + outageMs / 6);
    }),
  );
});

test('traffic returns step by step, and an environment with a slow clock uses the first step', () => {
  const its = { ...policy, ramp: [0.1, 0.5], rampStepMs: 100 };
  expect(rampAt(1_000, 999, its)).toEqual({ share: 0.1, nextAt: 1_000 });
  expect(rampAt(1_000, 1_099, its)).toEqual({ share: 0.1, nextAt: 1_100 });
  expect(rampAt(1_000, 1_100, its)).toEqual({ share: 0.5, nextAt: 1_200 });
  expect(rampAt(1_000, 1_200, its)).toMatchObject({ share: 1 });
  expect(rampAt(undefined, 0, its)).toMatchObject({ share: 1 });
});
