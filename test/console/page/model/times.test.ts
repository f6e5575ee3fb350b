import { describe, expect, test } from 'vitest';
import { ago, countdown, duration, spelled } from '../../../../console/page/model/times.ts';

const NOON = Date.UTC(2026, 10, 29, 12, 0, 0);

describe('times', () => {
  test.each([
    [-5, '0 s'],
    [0, '0 s'],
    [362.4, '362 ms'],
    [59_999, '59 s'],
    [60_000, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [4 * 3_600_000 + 610_000, '4 h 10 m'],
    [51 * 3_600_000, '2 d 3 h'],
  ])('%d ms are shown as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test('what happened this second is shown as now', () => {
    expect(ago(NOON, NOON + 999)).toBe('now');
    expect(ago(NOON, NOON + 61_000)).toBe('1 m 01 s ago');
  });

  test('a countdown shows 0:01 until the end, and never less than 0:00', () => {
    expect(countdown(NOON + 1, NOON)).toBe('0:01');
    expect(countdown(NOON, NOON)).toBe('0:00');
    expect(countdown(NOON - 1, NOON)).toBe('0:00');
    expect(countdown(NOON + 3_723_000, NOON)).toBe('1:02:03');
  });

  test('a time of today is in the viewer’s zone, with UTC beside it', () => {
    const { local, utc, iso } = spelled(NOON, NOON + 1000, 'America/Sao_Paulo');
    expect([local, utc]).toEqual(['09:00:00', '12:00:00Z']);
    expect(iso).toBe('2026-11-29T12:00:00.000Z');
  });

  test('a time of another day has both dates, which may differ', () => {
    const { local, utc } = spelled(Date.UTC(2026, 10, 28, 1), NOON, 'America/Sao_Paulo');
    expect([local, utc]).toEqual(['2026-11-27 22:00:00', '2026-11-28 01:00:00Z']);
  });

  test('a time whose date differs only in UTC has its UTC date', () => {
    const { local, utc } = spelled(NOON + 10 * 3_600_000, NOON, 'Asia/Tokyo');
    expect(local).toBe('2026-11-30 07:00:00');
    expect(utc).toBe('2026-11-29 22:00:00Z');
  });
});
