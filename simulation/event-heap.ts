/**
 * Something that happens at a moment of virtual time. Of two at the same moment, the one that was
 * added first is first.
 */
export interface Event {
  readonly at: number;
  readonly number: number;
  /** Undefined once it is cancelled: nothing that it would need is kept until its time. */
  act: (() => void) | undefined;
}

/** A binary heap: the next event is at its root. */
export class EventHeap {
  readonly #events: Event[] = [];

  get size(): number {
    return this.#events.length;
  }

  get next(): Event | undefined {
    return this.#events[0];
  }

  push(event: Event): void {
    const events = this.#events;
    let place = events.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = events[above] as Event;
      if (!isBefore(event, parent)) break;
      events[place] = parent;
      place = above;
    }
    events[place] = event;
  }

  pop(): Event | undefined {
    const events = this.#events;
    const first = events[0];
    const last = events.pop();
    if (last !== undefined && events.length > 0) this.#sink(last);
    return first;
  }

  /** Moves an event down from the root to its place. */
  #sink(event: Event): void {
    const events = this.#events;
    const { length } = events;
    let place = 0;
    for (let below = 1; below < length; below = 2 * place + 1) {
      const right = events[below + 1];
      if (right !== undefined && isBefore(right, events[below] as Event)) below += 1;
      const child = events[below] as Event;
      if (!isBefore(child, event)) break;
      events[place] = child;
      place = below;
    }
    events[place] = event;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.number < other.number);
}
