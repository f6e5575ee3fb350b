import { EventHeap } from '../../simulation/event-heap.ts';

/** A clock that jumps to the next thing to do, so that minutes of a fleet take seconds. */
export class VirtualTime {
  now = 0;
  readonly #events = new EventHeap();
  #added = 0;

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#push(this.now + ms, resolve));
  }

  /** Runs until then. Code that was woken runs before time goes on. */
  async runUntil(end: number): Promise<void> {
    const events = this.#events;
    for (let { next } = events; next !== undefined && next.at <= end; next = events.next) {
      events.pop();
      this.now = next.at;
      next.act?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.now = end;
  }

  #push(at: number, act: () => void): void {
    this.#events.push({ at, number: this.#added, act });
    this.#added += 1;
  }
}
