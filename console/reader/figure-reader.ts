/**
 * Reads one figure when it is due. A figure that cannot be read keeps its last value, says why, and
 * is read less and less often.
 */
import type { Figure, Trouble } from '../contract/figure.ts';
import { troubleOf } from '../server/failure.ts';

/** The longest interval for a figure that cannot be read. */
const PATIENCE_MS = 60_000;

export class FigureReader<T> {
  readonly #everyMs: number;
  readonly #read: () => Promise<T>;
  readonly #now: () => number;
  #figure: Figure<T> = {};
  #dueAt = 0;
  #failures = 0;
  #reading: Promise<void> | undefined;

  constructor(everyMs: number, read: () => Promise<T>, now: () => number) {
    this.#everyMs = everyMs;
    this.#read = read;
    this.#now = now;
  }

  get figure(): Figure<T> {
    return this.#figure;
  }

  /** Reads if the figure is due and no read is in progress. Never rejects. */
  refresh(): Promise<void> {
    if (this.#reading === undefined && this.#now() < this.#dueAt) return Promise.resolve();
    this.#reading ??= this.#once().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Makes the figure due now, because an act changed it. */
  expire(): void {
    this.#dueAt = 0;
  }

  async #once(): Promise<void> {
    const startedAt = this.#now();
    // Set before the read, so that an `expire` during the read is not lost.
    this.#dueAt = startedAt + this.#everyMs;
    try {
      // The value is as old as the start of the read.
      this.#figure = { value: await this.#read(), readAt: startedAt };
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      const trouble = troubleOf(error);
      const since = this.#figure.trouble?.since ?? startedAt;
      this.#figure = { ...this.#figure, trouble: { ...trouble, since } };
      this.#dueAt = startedAt + this.#backOffMs(trouble.kind);
    }
  }

  #backOffMs(kind: Trouble['kind']): number {
    // These change only when a person changes permissions or the stack.
    if (kind !== 'failing') return PATIENCE_MS;
    return Math.min(PATIENCE_MS, this.#everyMs * 2 ** Math.min(this.#failures, 10));
  }
}
