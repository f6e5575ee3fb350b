/**
 * Decides whose turn it is. A request waits until there is a place. A free place goes to an owner
 * (a mapping, a rule) that holds none, else to the one that holds the fewest; among equals, to the one
 * that has waited longest. So a mapping with a flood behind it cannot starve one with a single message.
 *
 * An owner with a head start may hold that many more than others before they are served first.
 */

type Waiter<W, P> = {
  owner: string;
  ownerMax: number;
  headStart: number;
  wish: W;
  /** `performance.now()`. */
  since: number;
  grant: (turn: Turn<P>) => void;
};

/** The right to a place, until `end` is called. */
export type Turn<P> = { place: P; end: () => void };

export class Turns<W, P extends object> {
  #recheckMs: number;
  #placeFor: (wish: W, waitedMs: number) => P | undefined;
  #held = new Map<string, number>();
  #waiting: Waiter<W, P>[] = [];

  /**
   * @param recheckMs how often it is asked again for a request that waits
   * @param placeFor takes a place for a request, or returns undefined if there is none now. Its
   * second argument says how long the request has waited
   */
  constructor(recheckMs: number, placeFor: (wish: W, waitedMs: number) => P | undefined) {
    this.#recheckMs = recheckMs;
    this.#placeFor = placeFor;
  }

  /** Waits for a turn. An owner never has more than `ownerMax` places at a time. */
  wait(owner: string, ownerMax: number, wish: W, headStart = 0): Promise<Turn<P>> {
    const { promise, resolve } = Promise.withResolvers<Turn<P>>();
    const since = performance.now();
    this.#waiting.push({ owner, ownerMax, headStart, wish, since, grant: resolve });
    // A turn that is never granted keeps no process alive.
    const recheck = setInterval(() => this.advance(), this.#recheckMs).unref();
    this.advance();
    return promise.finally(() => clearInterval(recheck));
  }

  /** Grants whatever is possible. Must be called when a place may have become free. */
  advance(): void {
    while (this.#grantOne());
  }

  #grantOne(): boolean {
    const inOrder = this.#waiting
      .filter(({ owner, ownerMax }) => this.#heldBy(owner) < ownerMax)
      .sort((a, b) => this.#rankOf(a) - this.#rankOf(b));
    for (const waiter of inOrder) {
      const place = this.#placeFor(waiter.wish, performance.now() - waiter.since);
      if (!place) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      this.#count(waiter.owner, 1);
      waiter.grant({ place, end: this.#endOf(waiter.owner) });
      return true;
    }
    return false;
  }

  /** The lowest is served first. */
  #rankOf({ owner, headStart }: Waiter<W, P>): number {
    const held = this.#heldBy(owner);
    return held === 0 ? Number.MIN_SAFE_INTEGER : held - headStart;
  }

  #endOf(owner: string): () => void {
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#count(owner, -1);
      this.advance();
    };
  }

  #count(owner: string, change: 1 | -1): void {
    this.#held.set(owner, this.#heldBy(owner) + change);
  }

  #heldBy(owner: string): number {
    return this.#held.get(owner) ?? 0;
  }
}
