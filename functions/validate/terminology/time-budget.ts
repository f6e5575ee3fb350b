import type { Machine } from '../../../aws/machine.ts';

/**
 * The total time that one invocation may wait for something. It is spent while anything waits, only
 * once for all that wait at the same time, and not in between. Work that takes longer must end by its
 * signal (R61).
 */
export class TimeBudget {
  readonly #machine: Pick<Machine, 'now' | 'later'>;
  readonly #endsAt: number;
  readonly #spent = new AbortController();
  #leftMs: number;
  #waiting = 0;
  #since = 0;

  /** `endsAt` in epoch ms: the rest of the budget ends then. */
  constructor(machine: Pick<Machine, 'now' | 'later'>, budgetMs: number, endsAt: number) {
    this.#machine = machine;
    this.#leftMs = budgetMs;
    this.#endsAt = endsAt;
  }

  /** Aborts once something has waited until the budget was spent. */
  get signal(): AbortSignal {
    return this.#spent.signal;
  }

  get leftMs(): number {
    const now = this.#machine.now();
    const running = this.#waiting > 0 ? now - this.#since : 0;
    return Math.max(0, Math.min(this.#leftMs - running, this.#endsAt - now));
  }

  /** The result of the work, or undefined once the budget is spent. */
  async wait<T>(work: Promise<T>): Promise<T | undefined> {
    this.#begin();
    const spent = Promise.withResolvers<undefined>();
    const callOff = this.#machine.later(this.leftMs, () => {
      spent.resolve(undefined);
      this.#spent.abort();
    });
    try {
      return await Promise.race([work, spent.promise]);
    } finally {
      callOff();
      this.#end();
    }
  }

  #begin(): void {
    if (this.#waiting === 0) this.#since = this.#machine.now();
    this.#waiting += 1;
  }

  #end(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#leftMs -= this.#machine.now() - this.#since;
  }
}
