import { describe, expect, test } from 'vitest';
import {
  type Counting,
  type Doings,
  isReport,
  reported,
} from '../../../simulation/checks/reported-calls.ts';

const trip = { kind: 'failure-rate', share: 0.5, callsMin: 4, windowMs: 1_000 } as const;
const bucket = (from: number, calls: number, failures: number) => ({ from, calls, failures });
const closed = (...window: ReturnType<typeof bucket>[]) => {
  return { pk: 'fhir-server', phase: 'closed', window };
};
const open = (why: string) => ({ pk: 'fhir-server', phase: 'open', since: 1_500, why });
const made = (calls: number, failedCalls: number): Doings => {
  return { generation: 1, calls, failedCalls, told: 0, failures: 0 };
};
const seen = (before: Counting, after: Counting, doings: Doings) =>
  reported(before, after, { by: 'one', trip, doings });

describe('the checker of reported calls', () => {
  test('knows a report by the window, or by why the breaker opens', () => {
    const window = closed(bucket(100, 2, 1));
    expect(isReport(closed(), window)).toBe(true);
    expect(isReport(window, closed(bucket(100, 2, 1)))).toBe(false);
    expect(isReport(window, open('3 of 4 calls failed'))).toBe(true);
    expect(isReport(window, open('5 consecutive failures'))).toBe(false);
  });

  test('R13: finds calls and failures that count twice', () => {
    const doings = made(3, 1);
    seen(closed(bucket(0, 9, 0)), closed(bucket(0, 10, 1), bucket(100, 1, 0)), doings);
    expect(doings).toMatchObject({ told: 2, failures: 1 });
    const again = () => seen(closed(bucket(100, 9, 0)), closed(bucket(100, 10, 1)), doings);
    expect(again).toThrow('R13: one reported 2 failures in 3 calls');
    const more = () => seen(closed(), closed(bucket(0, 3, 0)), made(2, 0));
    expect(more).toThrow('0 failures in 3 calls of fhir-server, and 0 of its 2 calls');
  });

  test('R13: what opens the breaker must have been called as well', () => {
    const before = closed(bucket(100, 6, 3), bucket(600, 2, 1));
    const opens = () => seen(before, open('2 of 4 calls failed'), made(2, 1));
    expect(opens).not.toThrow();
    expect(() => seen(before, open('3 of 4 calls failed'), made(2, 1))).toThrow('R13: one');
  });

  test('R10: a window that trips opens the breaker, and no other one does', () => {
    expect(() => seen(closed(), closed(bucket(0, 4, 2)), made(4, 2))).toThrow('R10: fhir-server');
    expect(() => seen(closed(), closed(bucket(0, 3, 3)), made(3, 3))).not.toThrow();
    expect(() => seen(closed(), open('1 of 4 calls failed'), made(4, 1))).toThrow('R10');
    expect(() => seen(closed(), open('3 of 3 calls failed'), made(3, 3))).toThrow('R10');
  });

  test('R10: only environments whose policy says so count by the share', () => {
    const doings = made(1, 1);
    const report = () =>
      reported(closed(), closed(bucket(0, 1, 1)), { by: 'one', trip: undefined, doings });
    expect(report).toThrow('R10: one counts calls of fhir-server by their share');
  });
});
