import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IncidentFact } from '../../../core/incident/incident-fact.ts';
import { DayTally, type ReportFact, VERDICTS } from '../../../core/report/day-report.ts';
import type { OutcomeFact } from '../../../core/report/outcome-fact.ts';

const DAY = '2026-11-24';
const NOON = Date.UTC(2026, 10, 24, 12);

const outcome = (n: number, fields: Partial<OutcomeFact> = {}): OutcomeFact => ({
  kind: 'outcome',
  message: (n * 7_919).toString(16).padStart(32, '0').split('').reverse().join(''),
  verdict: 'stored',
  source: 'clinic',
  lane: 'background',
  endedAt: NOON,
  latencyMs: 100,
  issues: 0,
  ...fields,
});
const rejected = (n: number, fingerprint: string, fields: Partial<OutcomeFact> = {}) =>
  outcome(n, { verdict: 'rejected', fingerprint, why: `why ${fingerprint}`, ...fields });
const incident = (toldAt: number, fields: Partial<IncidentFact> = {}): IncidentFact => ({
  kind: 'incident',
  incident: 'validate#1',
  scope: 'validate',
  cause: 'crashes',
  status: 'open',
  openedAt: NOON,
  crashes: '10',
  messages: 9,
  toldAt,
  ...fields,
});
function reportOf(facts: readonly ReportFact[]) {
  const tally = new DayTally(DAY);
  for (const fact of facts) tally.add(fact);
  return tally.report();
}

describe('a day', () => {
  test('has a report even if nothing ended', () => {
    expect(reportOf([])).toMatchObject({
      day: DAY,
      ends: { stored: 0, rejected: 0, 'dead-lettered': 0 },
      latencies: { p50: undefined, longest: undefined },
      rows: [],
      reasons: [],
      incidents: [],
    });
  });

  test('says how many different outcomes it has, because each takes memory', () => {
    const tally = new DayTally(DAY);
    for (const fact of [outcome(1), outcome(1), rejected(1, 'f'), outcome(2), incident(1)]) {
      tally.add(fact);
    }
    expect(tally.outcomes).toBe(3);
  });

  test('is reported by source and lane, by hour, and in total', () => {
    const report = reportOf([
      outcome(1, { source: 'b', endedAt: NOON - 1 }),
      outcome(2, { source: 'a', lane: 'critical', latencyMs: 4_000 }),
      rejected(3, 'f', { source: 'a' }),
      outcome(4, { source: 'a', verdict: 'dead-lettered', latencyMs: 900_000 }),
    ]);
    const at = (hour: number) => report.hours[hour];
    expect(
      report.rows.map(({ source, lane, ends }) => [source, lane, ...Object.values(ends)]),
    ).toEqual([
      ['a', 'background', 0, 1, 1],
      ['a', 'critical', 1, 0, 0],
      ['b', 'background', 1, 0, 0],
    ]);
    expect(report.ends).toEqual({ stored: 2, rejected: 1, 'dead-lettered': 1 });
    expect(report.hours).toHaveLength(24);
    expect(at(11)).toEqual({ stored: 1, rejected: 0, 'dead-lettered': 0 });
    expect(at(12)).toEqual({ stored: 1, rejected: 1, 'dead-lettered': 1 });
    // A dead letter took as long as its attempts were apart: it is in no percentile.
    expect(report.latencies.longest).toBe(4_000);
    expect(report.latencies.p50).toBeCloseTo(100, -1);
    expect(report.rows[0]?.longest).toBe(100);
  });

  test('counts outcomes without a latency', () => {
    const { latencyMs: _, ...older } = outcome(1);
    const report = reportOf([older, outcome(2, { source: 'other', latencyMs: 5 })]);
    expect(report.rows.map(({ p99 }) => p99 === undefined)).toEqual([true, false]);
    expect(report.ends.stored).toBe(2);
    expect(report.latencies.longest).toBe(5);
  });

  test('reasons are sorted by frequency, with the number of sources; the rarest are only counted', () => {
    const rare = Array.from({ length: 40 }, (_, n) => rejected(100 + n, `rare-${n}`));
    const report = reportOf([
      ...rare,
      rejected(1, 'often', { source: 'a' }),
      rejected(2, 'often', { source: 'b' }),
      rejected(3, 'often', { source: 'b' }),
    ]);
    expect(report.reasons[0]).toEqual({
      fingerprint: 'often',
      fingerprints: 1,
      verdict: 'rejected',
      why: 'why often',
      count: 3,
      sources: 2,
    });
    expect(report.reasons).toHaveLength(25);
    expect(report.reasonsTotal).toBe(41);
  });

  test('reasons with the same text are one row, without names that a producer made up', () => {
    const why = 'structure at Patient: fhir-r4/unknown-property';
    const report = reportOf([
      rejected(1, 'f-1', { why }),
      rejected(2, 'f-2', { why, source: 'b' }),
      rejected(3, 'f-2', { why, source: 'b' }),
      rejected(4, 'f-3', { why, source: 'c' }),
      rejected(5, 'f-4', { why: 'structure at Patient: fhir-r4/empty' }),
    ]);
    expect(report.reasons).toMatchObject([
      { fingerprint: 'f-2', fingerprints: 3, why, count: 4, sources: 3 },
      { fingerprint: 'f-4', fingerprints: 1, count: 1 },
    ]);
    expect(report.reasonsTotal).toBe(2);
  });

  test('a reason without a fingerprint is counted as unknown', () => {
    expect(reportOf([outcome(1, { verdict: 'rejected' })]).reasons).toMatchObject([
      { fingerprint: 'unknown', why: '', count: 1 },
    ]);
  });

  test('the latest notice of an incident counts, though its number may start again', () => {
    const end = incident(9, { status: 'resolved', resolvedAt: NOON + 5, crashes: 'more than 12' });
    const other = incident(8, { openedAt: NOON - 1 });
    const report = reportOf([end, incident(3), other, incident(9)]);
    expect(report.incidents).toEqual([other, end]);
  });
});

describe('each outcome counts once', () => {
  test('however often it is published; another verdict of the message is another outcome', () => {
    const report = reportOf([
      outcome(1),
      outcome(1, { endedAt: NOON + 9 }),
      rejected(1, 'f'),
      outcome(2),
    ]);
    expect(report.ends).toEqual({ stored: 2, rejected: 1, 'dead-lettered': 0 });
    expect(report.repeats).toBe(1);
  });

  const facts = fc.array(
    fc.record({
      n: fc.integer({ min: 0, max: 30 }),
      verdict: fc.constantFrom(...VERDICTS),
      source: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 80 },
  );
  test('in whatever order and batches facts come (against a naive count)', () => {
    fc.assert(
      fc.property(facts, fc.infiniteStream(fc.nat()), (drawn, noise) => {
        // The source of a message never differs between two of its facts.
        const all = drawn.map(({ n, verdict, source }) =>
          outcome(n + 1_000 * source.charCodeAt(0), { verdict, source, fingerprint: verdict }),
        );
        const shuffled = [...all, ...all]
          .map((fact) => ({ fact, key: noise.next().value ?? 0 }))
          .sort((x, y) => x.key - y.key)
          .map(({ fact }) => fact);
        const report = reportOf(shuffled);
        const distinct = new Set(all.map(({ message, verdict }) => `${verdict} ${message}`));
        for (const verdict of VERDICTS) {
          const count = [...distinct].filter((key) => key.startsWith(verdict)).length;
          expect(report.ends[verdict]).toBe(count);
        }
        expect(report.repeats).toBe(shuffled.length - distinct.size);
        expect(reportOf(all)).toEqual({ ...report, repeats: all.length - distinct.size });
      }),
    );
  });
});

describe('made-up names of producers do not fill the memory', () => {
  test('sources beyond a thousand rows are counted together', () => {
    const report = reportOf(
      Array.from({ length: 1_200 }, (_, n) => outcome(n, { source: `source-${n}` })),
    );
    expect(report.rows).toHaveLength(1_001);
    expect(report.rows.find(({ source }) => source === '(others)')?.ends.stored).toBe(200);
    expect(report.ends.stored).toBe(1_200);
  });

  test('reasons beyond ten thousand are counted together', () => {
    const report = reportOf(
      Array.from({ length: 10_050 }, (_, n) => rejected(n, `f-${n}`)).concat(
        rejected(20_000, 'f-1'),
      ),
    );
    expect(report.reasonsTotal).toBe(10_001);
    expect(report.reasons[0]).toMatchObject({
      fingerprint: '(others)',
      why: 'too many reasons to tell apart',
      count: 50,
    });
    expect(report.reasons[1]).toMatchObject({ fingerprint: 'f-1', count: 2 });
  });
});
