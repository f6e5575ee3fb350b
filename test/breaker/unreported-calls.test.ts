import { expect, test } from 'vitest';
import { UnreportedCalls } from '../../breaker/unreported-calls.ts';
import { UNKNOWN_SERVICE } from '../../core/breaker/breaker-state.ts';
import { countCall, countsAt } from '../../core/breaker/call-window.ts';

const trip = { kind: 'failure-rate', share: 0.5, callsMin: 20, windowMs: 60_000 } as const;
const healthy = UNKNOWN_SERVICE;
const troubled = { ...healthy, window: countCall([], { failed: true }, 0, trip.windowMs) };
const ticket = (generation: number) => ({ generation });
const NOW = 1_000;

/** The calls that are reported now, of all and of those that failed. */
function reported(calls: UnreportedCalls, state = troubled, now = NOW) {
  const due = calls.takeDue(state, now);
  return due && { ...due.ticket, ...countsAt(due.window, now, trip.windowMs) };
}

test('R13: calls of an older generation are not counted, and those of a newer one begin anew', () => {
  const calls = new UnreportedCalls(trip);
  calls.add(ticket(1), true, NOW);
  calls.add(ticket(0), true, NOW);
  expect(reported(calls)).toEqual({ generation: 1, calls: 1, failures: 1 });
  calls.add(ticket(1), true, NOW);
  calls.add(ticket(2), false, NOW);
  expect(reported(calls, troubled, NOW + 10_000)).toEqual({
    generation: 2,
    calls: 1,
    failures: 0,
  });
});

test('R14: an environment without calls, or a fleet without failures, reports nothing', () => {
  const calls = new UnreportedCalls(trip);
  expect(reported(calls)).toBeUndefined();
  calls.add(ticket(0), false, NOW);
  expect(reported(calls, healthy)).toBeUndefined();
  expect(reported(calls)).toEqual({ generation: 0, calls: 1, failures: 0 });
  expect(reported(calls)).toBeUndefined();
});

test('R14: who has failures reports each second, and the others four times a window', () => {
  const calls = new UnreportedCalls(trip);
  const next = (failed: boolean, from: number) => {
    for (let now = from; ; now += 1_000) {
      calls.add(ticket(0), failed, now);
      if (
        reported(calls, { ...troubled, window: countCall([], { failed: true }, now, 60_000) }, now)
      )
        return now - from;
    }
  };
  expect(next(true, 10_000)).toBe(0);
  expect(next(true, 10_000)).toBe(1_000);
  expect(next(false, 12_000)).toBe(0);
  expect(next(false, 12_000)).toBe(15_000);
});

test('R13: what could not be reported is kept, unless a newer generation has begun', () => {
  const calls = new UnreportedCalls(trip);
  calls.add(ticket(1), true, NOW);
  const due = calls.takeDue(troubled, NOW);
  if (due === undefined) throw new Error('nothing was due');
  calls.putBack(due, NOW);
  const later = NOW + 10_000;
  expect(reported(calls, troubled, later)).toEqual({ generation: 1, calls: 1, failures: 1 });
  calls.add(ticket(2), true, later);
  calls.putBack(due, later);
  expect(reported(calls, troubled, later + 10_000)).toEqual({
    generation: 2,
    calls: 1,
    failures: 1,
  });
});
