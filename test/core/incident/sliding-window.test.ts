import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  distinct,
  firstFullWindow,
  type TimedEvent,
  timesAround,
} from '../../../core/incident/sliding-window.ts';

const at = (...times: number[]): TimedEvent[] =>
  times.map((time, n) => ({ id: `e${n}`, at: time }));

test('R20: a window is half open: an event exactly its length ago is outside', () => {
  expect(firstFullWindow(at(0, 99), 100, 2)).toHaveLength(2);
  expect(firstFullWindow(at(0, 100), 100, 2)).toBeUndefined();
});

test('R20: a late event completes a window in the past', () => {
  expect(firstFullWindow(at(1_000, 10, 50, 2_000, 30), 100, 3)?.map((e) => e.at)).toEqual([
    10, 30, 50,
  ]);
});

test('R20: the window holds all events in it, not only as many as needed', () => {
  expect(firstFullWindow(at(1, 2, 2, 2), 100, 2)).toHaveLength(4);
});

test('R20: one death reported twice is one event, at its earliest time', () => {
  const twice = [
    { id: 'a', at: 5 },
    { id: 'a', at: 3 },
    { id: 'a', at: 9 },
  ];
  expect(distinct(twice)).toEqual([{ id: 'a', at: 3 }]);
  expect(firstFullWindow(twice, 100, 2)).toBeUndefined();
});

test('R20: agrees with counting (t - length, t] for every t', () => {
  const event = fc.record({ id: fc.constantFrom(...'abcdefgh'), at: fc.nat(60) });
  fc.assert(
    fc.property(
      fc.array(event),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 5 }),
      (events, length, threshold) => {
        const earliest = new Map<string, number>();
        for (const { id, at: time } of events) {
          earliest.set(id, Math.min(time, earliest.get(id) ?? time));
        }
        const times = [...earliest.values()];
        let full = false;
        for (let t = 0; t <= 120; t += 1) {
          full ||= times.filter((time) => time > t - length && time <= t).length >= threshold;
        }
        const found = firstFullWindow(events, length, threshold);
        expect(found !== undefined).toBe(full);
        if (found !== undefined) expect(found.length).toBeGreaterThanOrEqual(threshold);
      },
    ),
  );
});

test('R20: events that may share a window with an event are found; ranges that meet are joined', () => {
  expect(timesAround([50, 10, 20], 10)).toEqual([
    { from: 0, to: 30 },
    { from: 40, to: 60 },
  ]);
  expect(timesAround([0, 20, 41], 10)).toEqual([
    { from: -10, to: 30 },
    { from: 31, to: 51 },
  ]);
  expect(timesAround([], 10)).toEqual([]);
});
