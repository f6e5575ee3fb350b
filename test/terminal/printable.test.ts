import { expect, test } from 'vitest';
import { describeEntry } from '../../cli/quarantine/describe.ts';
import { printable, printableLines } from '../../terminal/printable.ts';

test('controls and changes of direction are escaped; everything else is unchanged', () => {
  expect(printable('a\u001b[2Jb\u009bc\u202ed\re\nf\tg')).toBe(
    'a\\u001b[2Jb\\u009bc\\u202ed\\u000de\\u000af\tg',
  );
  expect(printable('São Paulo „東京“ 😀 \\n')).toBe('São Paulo „東京“ 😀 \\n');
  expect(printableLines('a\r\nb\u0007\n')).toBe('a\nb\\u0007\n');
});

test.each([
  ['an old character that changes the direction', '\u061c', '\\u061c'],
  ['a character without width', 'a\u200bb\u2060c\ufeff', 'a\\u200bb\\u2060c\\ufeff'],
  ['a tag beyond the first plane', '\u{e0041}', '\\udb40\\udc41'],
  ['half of a surrogate pair', 'a\ud800b', 'a\\ud800b'],
  ['a line separator of Unicode', '\u2028\u2029\u0085', '\\u2028\\u2029\\u0085'],
])('%s is escaped', (_, text, written) => {
  expect(printable(text)).toBe(written);
  expect(JSON.parse(printable(JSON.stringify(text)))).toBe(text);
});

test('JSON has the same meaning afterwards', () => {
  const value = { a: 'x\u007f\u009b\u202e\n' };
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
});

test('R08: a producer cannot forge lines of an operator’s terminal', () => {
  const entry = {
    pk: 'm-1',
    status: 'quarantined' as const,
    lane: 'background' as const,
    source: 'lab\u001b[31m',
    file: 'a.ndjson\nstatus  stored',
    sentAt: 0,
    redrives: 0,
    attempts: [],
    rounds: [],
    outcome: '<html>\u001b]0;title</html>',
  };
  const text = describeEntry(entry, 0);
  expect(text).toContain('lab\\u001b[31m');
  expect(text.split('\n').filter((line) => line.startsWith('status'))).toHaveLength(1);
  expect(text).not.toContain('\u001b');
});
