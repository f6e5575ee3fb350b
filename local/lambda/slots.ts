/**
 * The right to run: at most `max` invocations at a time over everything that invokes. A free
 * slot goes to the waiting owner that holds the fewest, the longest waiting among equals, so
 * that a mapping with a flood behind it cannot starve one with a single message.
 */

type Waiter = { owner: string; ownerMax: number; grant: (release: () => void) => void };

export class Slots {
  readonly max: number;
  #held = new Map<string, number>();
  #waiting: Waiter[] = [];
  #inUse = 0;

  constructor(max: number) {
    this.max = max;
  }

  /** Waits for a slot; the owner never holds more than `ownerMax`. Resolves with its release. */
  acquire(owner: string, ownerMax: number): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<() => void>();
    this.#waiting.push({ owner, ownerMax, grant: resolve });
    this.#grant();
    return promise;
  }

  #grant(): void {
    while (this.#inUse < this.max) {
      const waiter = this.#next();
      if (!waiter) return;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      this.#count(waiter.owner, 1);
      waiter.grant(this.#releaseOf(waiter.owner));
    }
  }

  #next(): Waiter | undefined {
    return this.#waiting
      .filter(({ owner, ownerMax }) => this.#heldBy(owner) < ownerMax)
      .reduce<Waiter | undefined>(
        (best, waiter) =>
          best && this.#heldBy(best.owner) <= this.#heldBy(waiter.owner) ? best : waiter,
        undefined,
      );
  }

  #releaseOf(owner: string): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#count(owner, -1);
      this.#grant();
    };
  }

  #count(owner: string, change: 1 | -1): void {
    this.#inUse += change;
    this.#held.set(owner, this.#heldBy(owner) + change);
  }

  #heldBy(owner: string): number {
    return this.#held.get(owner) ?? 0;
  }
}
