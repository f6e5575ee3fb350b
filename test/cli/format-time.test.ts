import { expect, test } from 'vitest';
import { formatTime } from '../../cli/format-time.ts';

const AT = Date.parse('2026-11-29T08:12:03.999Z');

test.each([
  [AT, 'now'],
  [AT + 999, 'now'],
  [AT + 1_000, '1 s ago'],
  [AT + 59_999, '59 s ago'],
  [AT + 3 * 60_000, '3 min ago'],
  [AT + 25 * 3_600_000, '1 d ago'],
  [AT - 90 * 60_000, 'in 1 h'],
])('prints how long ago a moment was', (now, said) => {
  expect(formatTime(AT, now)).toBe(`2026-11-29 08:12:03Z (${said})`);
});

test('prints a dash without a moment', () => {
  expect(formatTime(undefined, AT)).toBe('-');
});
