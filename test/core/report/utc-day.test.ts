import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS, dayOf, LAST_MOMENT, startOfDay } from '../../../core/report/utc-day.ts';

test('a day begins with its first millisecond and ends before the next', () => {
  const start = Date.UTC(2026, 10, 24);
  expect(startOfDay('2026-11-24')).toBe(start);
  expect([start - 1, start, start + DAY_MS - 1, start + DAY_MS].map(dayOf)).toEqual([
    '2026-11-23',
    '2026-11-24',
    '2026-11-24',
    '2026-11-25',
  ]);
});

test.each(['2026-02-29', '2026-13-01', '2026-11-00', '26-11-24', 'due', ''])(
  '%s is not a day',
  (day) => {
    expect(startOfDay(day)).toBeUndefined();
  },
);

test('days agree with Date, leap years included', () => {
  const moments = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59) });
  fc.assert(
    fc.property(moments, (at) => {
      const day = dayOf(at);
      expect(day).toBe(new Date(at).toISOString().slice(0, 10));
      expect(startOfDay(day)).toBe(Date.parse(`${day}T00:00:00Z`));
    }),
  );
});

test('the last moment has the last day that can be read back', () => {
  expect(startOfDay(dayOf(LAST_MOMENT))).toBe(LAST_MOMENT + 1 - DAY_MS);
  expect(startOfDay(dayOf(LAST_MOMENT + 1))).toBeUndefined();
});
