import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Event, EventHeap } from '../../simulation/event-heap.ts';

const act = () => undefined;

/** The expected order, computed in the simplest way. */
class SortedList {
  #events: Event[] = [];

  push(event: Event): void {
    this.#events.push(event);
    this.#events.sort((a, b) => a.at - b.at || a.number - b.number);
  }

  pop(): Event | undefined {
    return this.#events.shift();
  }
}

test('events come in the order of time, and in the order of insertion at equal times', () => {
  const steps = fc.array(fc.option(fc.nat(20)), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (all) => {
      const heap = new EventHeap();
      const list = new SortedList();
      for (const [number, at] of all.entries()) {
        if (at === null) {
          expect(heap.pop()).toBe(list.pop());
          continue;
        }
        const event = { at, number, act };
        heap.push(event);
        list.push(event);
      }
      while (heap.size > 0) expect(heap.pop()).toBe(list.pop());
      expect(list.pop()).toBeUndefined();
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
