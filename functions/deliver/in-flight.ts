import { messagesInFlight } from '../../aws/delivery-queue.ts';
import type { Queue } from '../../aws/handles.ts';

const KEEP_MS = 10_000;

/** How many triggers wait invisibly, read at most ten seconds ago. */
export class InFlightTriggers {
  readonly #queue: Queue;
  #known = { count: 0, readAt: Number.NEGATIVE_INFINITY };

  constructor(queue: Queue) {
    this.#queue = queue;
  }

  async count(now: number): Promise<number> {
    if (now - this.#known.readAt >= KEEP_MS) {
      this.#known = { ...this.#known, readAt: now };
      this.#known = { count: await messagesInFlight(this.#queue), readAt: now };
    }
    return this.#known.count;
  }
}
