import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clocksOf } from '../../../core/incident/regulatory-clocks.ts';

const clocks = (at: string, holidays: string[] = [], timeZone = 'America/Sao_Paulo') =>
  clocksOf(Date.parse(at), { timeZone, holidays });

test.each([
  ['a Monday', '2026-03-02T15:00:00Z', '2026-05-01', '2026-03-05'],
  ['a Thursday: the weekend does not count', '2026-03-05T15:00:00Z', '2026-05-04', '2026-03-10'],
  ['a Saturday', '2026-03-07T15:00:00Z', '2026-05-06', '2026-03-11'],
  ['a leap year', '2028-01-31T15:00:00Z', '2028-03-31', '2028-02-03'],
])('are right for a discovery on %s', (_, at, hipaaNoticeBy, anpdNoticeBy) => {
  expect(clocks(at)).toEqual({ hipaaNoticeBy, anpdNoticeBy });
});

test('holidays are not business days', () => {
  const carnival = ['2026-02-16', '2026-02-17'];
  expect(clocks('2026-02-13T15:00:00Z', carnival).anpdNoticeBy).toBe('2026-02-20');
});

test('a day is that of the calendar’s zone, and may be yesterday or tomorrow in UTC', () => {
  const midnight = '2026-03-03T01:00:00Z';
  expect(clocks(midnight).anpdNoticeBy).toBe('2026-03-05');
  expect(clocks(midnight, [], 'UTC').anpdNoticeBy).toBe('2026-03-06');
  expect(clocks('2026-03-02T23:00:00Z', [], 'Pacific/Kiritimati').anpdNoticeBy).toBe('2026-03-06');
});

test('business days agree with counting day by day', () => {
  const at = fc.integer({ min: 0, max: 4_000_000_000_000 });
  fc.assert(
    fc.property(at, (discoveredAt) => {
      const day = new Date(discoveredAt);
      for (let left = 3; left > 0; ) {
        day.setUTCDate(day.getUTCDate() + 1);
        if (day.getUTCDay() % 6 !== 0) left -= 1;
      }
      const sixty = new Date(discoveredAt);
      sixty.setUTCDate(sixty.getUTCDate() + 60);
      expect(clocksOf(discoveredAt, { timeZone: 'UTC', holidays: [] })).toEqual({
        hipaaNoticeBy: sixty.toISOString().slice(0, 10),
        anpdNoticeBy: day.toISOString().slice(0, 10),
      });
    }),
  );
});
