import { faultOf, type Log } from './log.ts';
import type { EmitterMetric } from './metrics.ts';

/** Counts what happened in an invocation, for the metrics and for the one log line of a batch. */
export class Tally {
  readonly #messages: number;
  readonly #counts = new Map<EmitterMetric, number>();
  readonly #emit: (name: EmitterMetric, count: number) => void;
  readonly #logger: Log;

  constructor(messages: number, emit: (name: EmitterMetric, count: number) => void, logger: Log) {
    this.#messages = messages;
    this.#emit = emit;
    this.#logger = logger;
  }

  add(what: EmitterMetric, count = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /**
   * Returns true if `run` succeeded. Otherwise counts a fault of our own, and the messages come
   * again (R09).
   */
  async succeeds(about: string, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (fault) {
      this.add('ComponentFaults');
      this.#logger.error('component fault', { about, ...faultOf(fault) });
      return false;
    }
  }

  /**
   * Emits each count above 0 as a metric of that name, and all of them as one log line. Lambda and SQS count
   * messages themselves, so their number is in the line only.
   */
  report(message: string, context: Readonly<Record<string, string | number>> = {}): void {
    for (const [name, count] of this.#counts) {
      if (count > 0) this.#emit(name, count);
    }
    const counts = Object.fromEntries(this.#counts);
    this.#logger.info(message, { ...context, Messages: this.#messages, ...counts });
  }
}
