import { expect, test } from 'vitest';
import { partialOutage } from '../../bench/partial-outage/hour.ts';
import type { TripPolicy } from '../../core/breaker/breaker-policy.ts';

const COUNT: TripPolicy = { kind: 'consecutive', failures: 5 };
const SHARE: TripPolicy = {
  kind: 'failure-rate',
  share: 0.7,
  callsMin: 20,
  windowMs: 60_000,
};
const load = { seed: 2, ms: 5 * 60_000, perSecond: 10 };

test.each([0.05, 0.1, 0.2, 0.3, 0.5, 1])(
  'R18: with a server that fails %d of its calls, no healthy resource is quarantined, and all wrong ones are',
  async (share) => {
    for (const trip of [COUNT, SHARE]) {
      const { during, after } = await partialOutage({ ...load, share, trip });
      expect(during.healthy.came).toBeGreaterThan(2_900);
      expect([during.healthy.quarantined, after.healthy.quarantined]).toEqual([0, 0]);
      expect(after.healthy.delivered).toBe(after.healthy.came);
      for (const wrong of [after.refused, after.fatal]) {
        expect(wrong).toMatchObject({ quarantined: wrong.came, delivered: 0 });
      }
    }
  },
);

test('R18: a breaker with a share stays closed, and the lane continues', async () => {
  const { during, opened } = await partialOutage({ ...load, share: 0.3, trip: SHARE });
  expect(opened).toBe(0);
  expect(during.healthy.delivered).toBeGreaterThan(0.95 * during.healthy.came);
  expect(during.refused.quarantined).toBeGreaterThan(0.9 * during.refused.came);
  const whole = await partialOutage({ ...load, share: 1, trip: SHARE });
  expect(whole.opened).toBe(1);
});
