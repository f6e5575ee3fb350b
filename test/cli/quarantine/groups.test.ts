import { expect, test } from 'vitest';
import { realMachine } from '../../../aws/machine.ts';
import type { QuarantineSummary } from '../../../aws/quarantine-entries.ts';
import { describeEntry, describeOverview } from '../../../cli/quarantine/describe.ts';
import { groupByFingerprint } from '../../../cli/quarantine/groups.ts';
import { rateLimit } from '../../../cli/quarantine/rate-limit.ts';
import { selectionOf } from '../../../cli/quarantine/selection.ts';
import { workThrough } from '../../../cli/quarantine/work-through.ts';
import { RULES } from '../../../packages/fhir-validator/operation-outcome.ts';

const entry = (pk: string, more: Partial<QuarantineSummary> = {}): QuarantineSummary => ({
  pk,
  status: 'quarantined',
  lane: 'background',
  source: 'clinic',
  kind: 'rejection',
  reason: `reason of ${pk}`,
  fingerprint: 'f1',
  quarantinedAt: 1_000,
  redrives: 0,
  ...more,
});

async function* each<T>(...items: T[]): AsyncGenerator<T> {
  yield* items;
}

test('5,000 equal failures are one row: count, first, last, example, lanes', async () => {
  const many = Array.from({ length: 5_000 }, (_, n) =>
    entry(`m${n}`, { quarantinedAt: 1_000 + n, source: `clinic-${n % 3}` }),
  );
  const other = entry('x', { fingerprint: 'f2', lane: 'critical', kind: 'dead-letter' });
  const late = entry('late', { quarantinedAt: 9_000, lane: 'critical', redrives: 2 });
  const { groups } = await groupByFingerprint(each(other, ...many, late), {});
  expect(groups).toEqual([
    {
      fingerprint: 'f1',
      kind: 'rejection',
      reason: 'reason of late',
      example: 'late',
      lanes: ['background', 'critical'],
      sources: ['clinic', 'clinic-0', 'clinic-1', 'clinic-2'],
      count: 5_001,
      first: 1_000,
      last: 9_000,
      redrives: 2,
    },
    expect.objectContaining({ fingerprint: 'f2', count: 1, kind: 'dead-letter' }),
  ]);
  const overview = describeOverview({ groups, interrupted: 0 }, 10_000);
  expect(overview).toMatch(/^FINGERPRINT +COUNT +KIND +LANE +SOURCE +FIRST/);
  expect(overview).toMatch(/f1 +5001 +rejection +background,critical +clinic \+3 /);
  expect(overview).toMatch(/f2 +1 +dead-letter +critical +clinic {2,}/);
  const critical = await groupByFingerprint(each(other, ...many, late), { lane: 'critical' });
  expect(critical.groups.map(({ count }) => count)).toEqual([1, 1]);
});

test('an entry that is no longer quarantined has no row; an interrupted redrive is mentioned', async () => {
  const mark = { before: 1, at: 2, by: 'ana' };
  const overview = await groupByFingerprint(
    each(
      entry('a', { status: 'stored' }),
      entry('b', { status: 'redriven', redrive: mark }),
      entry('c', { status: 'redriven', redrive: { ...mark, sentAt: 3 } }),
    ),
    {},
  );
  expect(overview).toEqual({ groups: [], interrupted: 1 });
  expect(describeOverview(overview, 10_000)).toBe(
    'Nothing is quarantined.\n' +
      '1 marked by a redrive of an older version that was interrupted: redrive --all continues it',
  );
});

test('R07: an entry says why, where it came from, how often it was tried, and what was done', () => {
  const text = describeEntry(
    {
      ...entry('m-1', { kind: 'dead-letter', reason: 'TypeError at judge.ts:3', redrives: 1 }),
      crash: 'exception',
      source: 'clinic',
      file: 'a.ndjson',
      line: 7,
      sentAt: 0,
      attempts: [
        { requestId: 'r-1', startedAt: 0, ended: 5, crash: 'exception', reason: 'TypeError' },
        { requestId: 'r-2', startedAt: 0 },
      ],
      outcome: '{"issue":[{"severity":"error","code":"value","diagnostics":"4711"}]}',
      rounds: [
        {
          quarantinedAt: 0,
          kind: 'rejection',
          reason: 'code-invalid',
          fingerprint: 'f0',
          attempts: 0,
          redrivenAt: 1,
          by: 'ana',
          why: 'fixed',
        },
      ],
      discard: { at: 0, by: 'bob' },
    },
    60_000,
  );
  for (const part of [
    'a.ndjson:7',
    'dead-letter, exception',
    'TypeError at judge.ts:3',
    'no end: its environment died',
    'redriven 1970-01-01 00:00:00Z (59 s ago) by ana (fixed)',
    'issue      error  value',
    'by bob',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toMatch(/\b4711\b/);
});

test.each([
  ['quarantined', 'rejection', 'ended with the verdict'],
  ['stored', undefined, 'ended with the verdict'],
  ['in-isolation', undefined, 'under way, or its environment died'],
  ['quarantined', 'dead-letter', 'no end: its environment died'],
] as const)('R07: the last attempt of an entry that is %s, %s: %s', (status, kind, said) => {
  const attempts = [{ requestId: 'r-1', startedAt: 0 }];
  const one = { ...entry('m-1', { status, kind }), sentAt: 0, attempts, rounds: [] };
  expect(describeEntry(one, 0)).toContain(`(now)  ${said}  `);
});

test('R07: an issue of a rejection names its rule', () => {
  const coding = [{ system: RULES, code: 'fhir-r4/date' }];
  const issue = { severity: 'error', code: 'value', expression: ['Patient.birthDate'] };
  const text = describeEntry(
    {
      ...entry('m-1'),
      sentAt: 0,
      attempts: [],
      rounds: [],
      outcome: JSON.stringify({ issue: [{ ...issue, details: { coding } }] }),
    },
    60_000,
  );
  expect(text).toContain('issue      error  value  Patient.birthDate  fhir-r4/date');
});

test.each([{}, { id: ['a'], all: true }, { fingerprint: 'f', id: ['a'] }])(
  'a selection must have exactly one of its forms: %j',
  (options) => {
    expect(() => selectionOf(options)).toThrow(
      'which entries? Give one of --fingerprint F, --id ID or --all',
    );
  },
);

test('the pace holds however many wait', async () => {
  let clock = 0;
  const waits: number[] = [];
  const turn = rateLimit(
    10,
    () => clock,
    async (ms) => void waits.push(ms),
  );
  await Promise.all([turn(), turn(), turn()]);
  expect(waits).toEqual([100, 200]);
  clock = 1_000;
  await turn();
  expect(waits).toHaveLength(2);
});

test.each([-3_600_000, 3_600_000])('the pace holds if the clock is set by %d ms', async (byMs) => {
  let clock = 3_600_000;
  const waits: number[] = [];
  const turn = rateLimit(
    10,
    () => clock,
    async (ms) => {
      clock += ms;
      waits.push(ms);
    },
  );
  for (let n = 0; n < 20; n += 1) await turn();
  expect(waits).toEqual(Array(19).fill(100));
  clock += byMs;
  for (let n = 0; n < 20; n += 1) await turn();
  // After a jump forward one caller does not wait.
  expect(waits).toEqual(Array(byMs < 0 ? 39 : 38).fill(100));
});

test('a redrive does not stall if the clock is set back', async () => {
  const waits: number[] = [];
  let now = 3_600_000;
  const machine = {
    now: () => now,
    later(ms: number, run: () => void) {
      waits.push(ms);
      now += ms;
      setImmediate(run);
      return () => undefined;
    },
  };
  const counts = await workThrough(each('a', 'b', 'c'), { rate: 1 }, machine, async (id) => {
    if (id === 'a') now -= 3_600_000;
    return 'done';
  });
  expect(counts).toEqual({ done: 3 });
  expect(waits).toEqual([1_000, 1_000, 1_000]);
});

test('work stops between two entries when told to', async () => {
  const stopping = new AbortController();
  const done: string[] = [];
  const ids = each(...Array.from({ length: 100 }, (_, n) => String(n)));
  const options = { rate: 1_000, signal: stopping.signal };
  const counts = await workThrough(ids, options, realMachine, async (id) => {
    done.push(id);
    if (done.length === 5) stopping.abort();
    return 'done';
  });
  expect(counts.done).toBe(done.length);
  expect(done.length).toBeLessThan(15);
});
