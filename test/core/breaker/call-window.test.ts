import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addWindows,
  type CallWindow,
  countCall,
  countsAt,
} from '../../../core/breaker/call-window.ts';

const WINDOW_MS = 10_000;
const call = fc.record({
  at: fc.nat(40_000),
  failed: fc.boolean(),
  here: fc.boolean(),
});

test('counts the calls of its ten buckets, however they are spread over environments', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 60 }), fc.nat(5_000), (calls, later) => {
      const sorted = calls.toSorted((a, b) => a.at - b.at);
      const now = (sorted.at(-1)?.at ?? 0) + later;
      let here: CallWindow = [];
      let there: CallWindow = [];
      for (const { at, ...each } of sorted) {
        if (each.here) here = countCall(here, each, at, WINDOW_MS);
        else there = countCall(there, each, at, WINDOW_MS);
      }
      const bucket = (at: number) => Math.floor(at / 1_000) * 1_000;
      const inside = sorted.filter(({ at }) => bucket(at) > now - WINDOW_MS);
      const fleet = addWindows(here, there, now, WINDOW_MS);
      expect(countsAt(fleet, now, WINDOW_MS)).toEqual({
        calls: inside.length,
        failures: inside.filter(({ failed }) => failed).length,
      });
      expect(fleet.length).toBeLessThanOrEqual(10);
      expect(fleet.map(({ from }) => from)).toEqual(
        [...new Set(inside.map(({ at }) => bucket(at)))].sort((a, b) => a - b),
      );
    }),
  );
});

test('counts no call that became too old since the last one', () => {
  const window = countCall([], { failed: true }, 500, WINDOW_MS);
  expect(countsAt(window, WINDOW_MS - 1, WINDOW_MS)).toEqual({ calls: 1, failures: 1 });
  expect(countsAt(window, WINDOW_MS, WINDOW_MS)).toEqual({ calls: 0, failures: 0 });
});
