import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Timeline } from '../../../simulation/checks/timeline.ts';

interface Event {
  readonly at: number;
  readonly name: string;
}

const timeline = (...times: number[]) => {
  const line = new Timeline<Event>();
  const events = times.map((at, place) => ({ at, name: `${at}/${place}` }));
  for (const event of events) line.add(event);
  return { line, events };
};

test('keeps what it holds in the order of time, and the latest of equal times last', () => {
  expect(timeline(5, 1, 5, 3).line.all.map(({ name }) => name)).toEqual([
    '1/1',
    '3/3',
    '5/0',
    '5/2',
  ]);
});

test('finds what is before one, also at the same time', () => {
  const { line, events } = timeline(5, 5, 2);
  const [first, second, third] = events as [Event, Event, Event];
  expect([first, second, third].map((each) => line.before(each)?.name)).toEqual([
    '2/2',
    '5/0',
    undefined,
  ]);
});

test('finds the same as a look at all of them, whatever was added and removed', () => {
  const time = fc.integer({ min: 0, max: 20 });
  let looked = 0;
  fc.assert(
    fc.property(fc.array(time), fc.array(fc.nat(50)), time, time, (times, gone, after, before) => {
      const { line, events } = timeline(...times);
      const removed = new Set(gone.map((place) => events[place]));
      for (const each of removed) if (each !== undefined) line.remove(each);
      const left = events.filter((each) => !removed.has(each)).toSorted((a, b) => a.at - b.at);
      expect(line.all).toEqual(left);
      expect(line.between(after, before)).toEqual(
        left.filter(({ at }) => at > after && at < before),
      );
      looked += left.length;
    }),
  );
  expect(looked).toBeGreaterThan(100);
});
