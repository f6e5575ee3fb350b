import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sentMinute, takenOf, takenUnsure } from '../../../core/source/source-rate.ts';

test('a message counts to the minute in which it was sent', () => {
  expect(sentMinute('lab', 119_999)).toEqual({ source: 'lab', startsAt: 60_000 });
  expect(sentMinute('lab', 120_000)).toEqual({ source: 'lab', startsAt: 120_000 });
});

test.each([
  [10, 10, 10, 10],
  [10, 11, 10, 9],
  [10, 25, 10, 0],
  [3, 10, 10, 3],
  [0, 4, 10, 0],
])(
  'of %i added, with %i in total and a rate of %i, %i are accepted',
  (added, total, rate, taken) => {
    expect(takenOf(added, total, rate)).toBe(taken);
  },
);

test('a fleet accepts exactly the rate, however the batches fall', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 500 }),
      (batches, rate) => {
        let total = 0;
        let taken = 0;
        for (const added of batches) {
          total += added;
          taken += takenOf(added, total, rate);
        }
        expect(taken).toBe(Math.min(rate, total));
      },
    ),
  );
});

test.each([
  [100, 0, 10, 100],
  [100, 9, 10, 100],
  [100, 10, 10, 0],
  [1, 200, 10, 0],
])(
  'R50: with no total, of %i added after %i and a rate of %i, %i are accepted',
  (added, here, rate, taken) => {
    expect(takenUnsure(added, here, rate)).toBe(taken);
  },
);
