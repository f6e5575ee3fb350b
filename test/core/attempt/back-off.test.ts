import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backOffSeconds, LATE_WRITE_SECONDS } from '../../../core/attempt/back-off.ts';

test('R09: each receive doubles the wait, up to five minutes', () => {
  expect([0, 1, 2, 3, 9, 10, 1_000].map((n) => backOffSeconds(n))).toEqual([
    1, 1, 2, 4, 256, 300, 300,
  ]);
});

test('R09: the wait never shrinks, and is one that SQS accepts', () => {
  fc.assert(
    fc.property(fc.nat({ max: 2_000 }), (receives) => {
      expect(backOffSeconds(receives + 1)).toBeGreaterThanOrEqual(backOffSeconds(receives));
      expect(backOffSeconds(receives)).toBeLessThanOrEqual(900);
    }),
  );
});

test('R04: a message whose ending may still be written waits for longer', () => {
  expect([1, 6, 7, 10].map((n) => backOffSeconds(n, true))).toEqual([60, 60, 64, 300]);
  expect(LATE_WRITE_SECONDS).toBe(60);
});
