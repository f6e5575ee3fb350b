/**
 * Reads one figure when it is due. A figure that cannot be read keeps its last value, says why, and is
 * read less and less often.
 */
import type { Figure, Trouble } from '../contract/figure.ts';
import { troubleOf } from '../server/failure.ts';

/** The longest that a figure in trouble is left alone. */
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

  /** Reads if it is time, and nobody does already. Never rejects. */
  refresh(): Promise<void> {
    if (this.#reading === undefined && this.#now() < this.#dueAt) return Promise.resolve();
    this.#reading ??= this.#once().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** It is due now: something was done that changes it. */
  expire(): void {
    this.#dueAt = 0;
  }

  async #once(): Promise<void> {
    const startedAt = this.#now();
    // Due again from now on, so that whoever expires it meanwhile is heard.
    this.#dueAt = startedAt + this.#everyMs;
    try {
      // As old as the moment before it was asked for.
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
    // Only people change permissions and stacks.
    if (kind !== 'failing') return PATIENCE_MS;
    return Math.min(PATIENCE_MS, this.#everyMs * 2 ** Math.min(this.#failures, 10));
  }
}
