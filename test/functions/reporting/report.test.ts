import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DayTally } from '../../../core/report/day-report.ts';
import type { OutcomeFact } from '../../../core/report/outcome-fact.ts';
import { duration, headline } from '../../../functions/reporting/numbers.ts';
import { csvOf } from '../../../functions/reporting/report-csv.ts';
import { htmlOf } from '../../../functions/reporting/report-html.ts';

const DAY = '2026-11-24';
const outcome = (n: number, fields: Partial<OutcomeFact> = {}): OutcomeFact => ({
  kind: 'outcome',
  message: n.toString(16).padStart(13, '0').padEnd(16, '0'),
  verdict: 'stored',
  source: 'clinic',
  lane: 'background',
  endedAt: Date.UTC(2026, 10, 24, 12),
  latencyMs: 100,
  issues: 0,
  ...fields,
});
function reportOf(...facts: OutcomeFact[]) {
  const tally = new DayTally(DAY);
  for (const fact of facts) tally.add(fact);
  return tally.report();
}
const rejectedBy = (source: string, why = source) =>
  outcome(1, { source, why, verdict: 'rejected', fingerprint: why });

describe('the page', () => {
  test('loads nothing from elsewhere, and forbids scripts to itself', () => {
    const page = htmlOf(reportOf(outcome(1)), 'prod');
    expect(page).not.toMatch(/<script|\bsrc=|\bhref=|url\(|@import|https?:/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain('(prefers-color-scheme: dark)');
    expect(page).toContain('@media print');
  });

  test('contains no markup of a producer, whatever its name or reason (property)', () => {
    const text = fc.string({ unit: fc.constantFrom(...'<>&"\'/ab=\u202e'), maxLength: 40 });
    const empty = htmlOf(reportOf(rejectedBy('x')), 'prod').match(/[<>"]/g)?.length;
    fc.assert(
      fc.property(text, (said) => {
        const page = htmlOf(reportOf(rejectedBy(said)), 'prod');
        expect(page.match(/[<>"]/g)?.length).toBe(empty);
      }),
    );
  });

  test('is complete for a day on which nothing ended', () => {
    const page = htmlOf(reportOf(), 'dev');
    expect(page).toContain('Nothing ended on this day.');
    expect(page).toContain('No incident was opened.');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('has a bar for each hour, with its numbers as text for screen readers', () => {
    const page = htmlOf(reportOf(outcome(1), outcome(2), rejectedBy('a')), 'dev');
    expect(page.match(/<g><title>/g)).toHaveLength(24);
    expect(page).toContain('12:00–13:00: 2 stored, 1 rejected, 0 dead-lettered');
  });

  test('says how many reasons are not listed', () => {
    const facts = Array.from({ length: 30 }, (_, n) =>
      outcome(n, { verdict: 'rejected', fingerprint: `f-${n}` }),
    );
    expect(htmlOf(reportOf(...facts), 'dev')).toContain('and 5 rarer reasons');
  });
});

describe('the table', () => {
  test('can be read by spreadsheets, and runs nothing in them', () => {
    const head = ['day', 'source', 'lane', 'stored', 'rejected', 'dead_lettered'];
    const times = ['p50_ms', 'p95_ms', 'p99_ms', 'longest_ms'];
    expect(csvOf(reportOf(rejectedBy('=cmd|"x",y'), outcome(3, { latencyMs: undefined })))).toBe(
      `${[...head, ...times].map((name) => `"${name}"`).join(',')}\r\n` +
        `"${DAY}","'=cmd|""x"",y","background",0,1,0,100,100,100,100\r\n` +
        `"${DAY}","clinic","background",1,0,0,,,,\r\n`,
    );
  });

  test.each([
    ['=1+1', "'=1+1"],
    [' +1', " '+1"],
    ['a;=1+1;', "a;'=1+1;"],
    ['a;"=1+1', `a;""'=1+1`],
    ['a,@x|-1', "a,'@x|'-1"],
    ['a\t=1+1', 'a =1+1'],
    ['\r\n=1', "  '=1"],
    ['\uff1d1+1', "'\uff1d1+1"],
    ['a\u001b[2Jb\u009b\u202e', 'a [2Jb  '],
    ['north-west lab @ 5', 'north-west lab @ 5'],
  ])('R08: has %j as %j, with semicolons or commas', (source, text) => {
    expect(csvOf(reportOf(rejectedBy(source))).split('\r\n')[1]).toContain(
      `,"${text}","background",`,
    );
  });
});

test.each([
  [undefined, '–'],
  [0, '0 ms'],
  [64.71, '64.7 ms'],
  [1_000, '1 s'],
  [61_000, '1.02 min'],
  [3 * 3_600_000, '3 h'],
  [36 * 3_600_000, '1.5 d'],
])('%s ms are shown as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('one is singular', () => {
  expect(headline(reportOf(outcome(1)))).toBe(
    '1 message of 1 source ended, 100% of them stored. No incidents.',
  );
});
