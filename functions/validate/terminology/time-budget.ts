/**
 * The time that one invocation may wait for something, in all: it runs while anybody waits, once for
 * all who wait at the same time, and stands still between. Work that outlasts it is to end by its signal
 * (R61).
 */
export class TimeBudget {
  readonly #endsAt: number;
  readonly #spent = new AbortController();
  #leftMs: number;
  #waiting = 0;
  #since = 0;

  /** `endsAt` in epoch ms: whatever is left of the budget ends then. */
  constructor(budgetMs: number, endsAt: number) {
    this.#leftMs = budgetMs;
    this.#endsAt = endsAt;
  }

  /** Aborts once somebody has waited in vain. */
  get signal(): AbortSignal {
    return this.#spent.signal;
  }

  get leftMs(): number {
    const now = Date.now();
    const running = this.#waiting > 0 ? now - this.#since : 0;
    return Math.max(0, Math.min(this.#leftMs - running, this.#endsAt - now));
  }

  /** What the work answers, or undefined once the budget is spent. */
  async wait<T>(work: Promise<T>): Promise<T | undefined> {
    this.#begin();
    const spent = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => {
      spent.resolve(undefined);
      this.#spent.abort();
    }, this.leftMs);
    try {
      return await Promise.race([work, spent.promise]);
    } finally {
      clearTimeout(timer);
      this.#end();
    }
  }

  #begin(): void {
    if (this.#waiting === 0) this.#since = Date.now();
    this.#waiting += 1;
  }

  #end(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#leftMs -= Date.now() - this.#since;
  }
}
