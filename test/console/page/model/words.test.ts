import { describe, expect, test } from 'vitest';
import { towardsOpen, whatNext } from '../../../../console/page/model/breaker-words.ts';
import { daysLeft, inDays } from '../../../../console/page/model/days-left.ts';
import {
  entryFilter,
  filterWords,
  hasFilter,
} from '../../../../console/page/model/entry-filter.ts';
import { laneWord, probeWord } from '../../../../console/page/model/lane-words.ts';
import { runCounts, runTitle } from '../../../../console/page/model/run-words.ts';
import { treeRows } from '../../../../console/page/model/tree-rows.ts';
import { runningLane, treeNodes } from '../support/stages.ts';

const T = Date.UTC(2026, 10, 29, 12);
const closed = {
  name: 'fhir-server',
  kind: 'service',
  phase: 'closed',
  why: 'new',
  transitions: [],
} as const;

describe('the words for a breaker', () => {
  test('R10: count failures in a row against the limit', () => {
    const breaker = { ...closed, failures: 3, trip: { kind: 'consecutive', failures: 5 } } as const;
    expect(towardsOpen(breaker)).toEqual({ have: 3, of: 5, text: '3 of 5 failures in a row' });
  });

  test('with a share, say nothing before there are enough calls', () => {
    const trip = { kind: 'failure-rate', share: 0.5, callsMin: 20, windowMs: 60_000 } as const;
    const few = towardsOpen({ ...closed, trip, window: { calls: 19, failures: 19 } });
    expect(few).toMatchObject({ have: 0, text: '100 % of 19 calls failed, 50 % open it' });
    expect(towardsOpen({ ...closed, trip, window: { calls: 20, failures: 5 } })?.have).toBe(0.25);
    expect(towardsOpen({ ...closed, trip })?.have).toBe(0);
  });

  test('R30: by restarts, open on one more than the intensity', () => {
    const trip = { kind: 'intensity', intensity: 3, periodMs: 5_000 } as const;
    expect(towardsOpen({ ...closed, trip, failures: 2 })?.text).toBe('2 of 4 failures in 5 s');
  });

  test('an open one is not described as near to opening', () => {
    const trip = { kind: 'consecutive', failures: 5 } as const;
    expect(towardsOpen({ ...closed, phase: 'open', trip })).toBeUndefined();
    expect(towardsOpen(closed)).toBeUndefined();
  });

  test.each([
    [
      { phase: 'open', openUntil: T + 7_000 },
      { left: '0:07', text: 'to the next probe' },
    ],
    [
      { phase: 'open', openUntil: T, failedProbes: 1 },
      { text: 'the next call is a probe, after 1 probe that failed' },
    ],
    [
      { phase: 'half-open', probes: { successes: 1, needed: 2 }, probeLeaseUntil: T + 1 },
      { text: '1 of 2 probes succeeded; one is under way' },
    ],
    [{ rampShare: 0.25 }, { text: 'traffic returns: 25 % of the calls' }],
    [
      { forced: { until: T + 60_000, by: 'ada', why: 'w' } },
      { left: '1:00', text: 'until the operator’s command expires' },
    ],
    [{ forced: { until: T, by: 'ada', why: 'w' } }, undefined],
  ] as const)('%j waits for %j', (fields, waits) => {
    expect(whatNext({ ...closed, ...fields }, T)).toEqual(waits);
  });
});

describe('the words for a lane', () => {
  test('it is in trouble only while it is paused', () => {
    expect(laneWord(undefined)).toEqual({ text: '', isTrouble: false });
    expect(laneWord(runningLane('critical')).isTrouble).toBe(false);
    const ramping = runningLane('critical', { phase: 'ramping', ramp: { step: 4, since: T } });
    expect(laneWord(ramping).text).toBe('returning, at most 4 a queue');
    expect(laneWord(runningLane('critical', { phase: 'probing' }))).toEqual({
      text: 'probing',
      isTrouble: true,
    });
  });

  test.each([
    ['operator', /an operator must resume/],
    ['mappings', /read back as disabled/],
    ['breaker', /when its breaker allows a probe, in 0:05/],
    ['cool-down', /probed in 0:05/],
    ['message', /within a minute/],
    ['result', /A probe runs, for 0:05 at most/],
  ] as const)('R33: a probe that waits for %s is explained', (waitsFor, words) => {
    expect(probeWord({ waitsFor, at: T + 5_000 }, T)).toMatch(words);
  });
});

describe('the legal clocks', () => {
  test.each([
    ['2026-11-28', -1, 'over since yesterday'],
    ['2026-11-27', -2, 'over since 2 days'],
    ['2026-11-29', 0, 'today'],
    ['2026-11-30', 1, 'tomorrow'],
    ['2027-01-28', 60, 'in 60 days'],
  ])('%s is %d days away: %s', (day, left, words) => {
    expect(daysLeft(day, T)).toBe(left);
    expect(inDays(left)).toBe(words);
  });

  test('an old record has none', () => {
    expect(daysLeft('', T)).toBeUndefined();
  });
});

describe('a filter', () => {
  test('contains only what the server knows, so a made-up field does not select everything', () => {
    expect(entryFilter({ kind: 'rejection', foo: 'x', text: '' })).toEqual({ kind: 'rejection' });
    expect([hasFilter({ foo: 'x' }), hasFilter({ text: 'x' })]).toEqual([false, true]);
  });

  test('is described in words before an act', () => {
    expect(filterWords({ lane: 'critical', text: 'date' })).toBe(
      'reason with “date”, lane “critical”',
    );
  });
});

describe('a run', () => {
  const common = { id: '1', startedAt: T, state: 'running', done: 3, commandLine: '' } as const;
  const bulk = {
    ...common,
    ...{
      kind: 'redrive' as const,
      selected: { ids: [] },
      before: T,
      rate: 10,
      by: 'ada',
      reason: 'fixed',
    },
    ...{ counts: { sent: 3, failed: 0 }, failures: [] },
  } as const;

  test('shows who started it and why', () => {
    expect(runTitle(bulk)).toBe('Redrive by ada: fixed');
    expect(runTitle({ ...bulk, kind: 'discard' })).toBe('Discard by ada: fixed');
    expect(runTitle({ ...common, kind: 'verify' })).toBe('Verification of the audit log');
    expect(runTitle({ ...common, kind: 'flood', lane: 'critical' })).toBe(
      'Flood of the lane critical',
    );
  });

  test('shows how many ended how, the first failure, and what happened to the rest', () => {
    expect(runCounts(bulk)).toBe('; 3 sent');
    const failures = [{ id: 'a', reason: 'throttled' }];
    const told = runCounts({ ...bulk, failures, aftermath: { stored: 2, 'still waiting': 1 } });
    expect(told).toBe(
      '; 3 sent; 1 failure, the first: throttled; since then 2 stored, 1 still waiting',
    );
    const verified = { whole: true, message: 'whole' };
    expect(runCounts({ ...common, kind: 'verify', verified })).toBe(': whole');
    expect(runCounts({ ...common, kind: 'verify' })).toBe('');
    expect(runCounts({ ...common, kind: 'flood', lane: 'critical' })).toBe('');
  });
});

test('R30: a node gives up on one restart more than its intensity; one exactly as old as the period counts', () => {
  const ages = (...all: number[]) => treeNodes({ critical: all.map((age) => T - age) });
  const row = (...all: number[]) =>
    treeRows(ages(...all), T).find(({ node }) => node.name === 'critical');
  expect(row()).toMatchObject({ restarts: 0, state: 'calm' });
  expect(row(5_001, 5_000, 1)).toMatchObject({ restarts: 2, state: 'shaken' });
  expect(row(4, 3, 2, 1)).toMatchObject({ restarts: 4, state: 'gave-up' });
});
