/** Reports each effect to the checkers, with the host whose code caused it. */
import type { Checker } from './checker.ts';
import type { Effect } from './effects.ts';
import type { Host } from './host.ts';
import type { Scheduler } from './scheduler.ts';

export class Witness {
  readonly #scheduler: Scheduler;
  readonly #checkers: Pick<Checker, 'see'>[] = [];
  #actor: Host | undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  add(checkers: readonly Checker[]): void {
    this.#checkers.push(...checkers);
  }

  /** Adds a checker that is called before the others. */
  addFirst(checker: Pick<Checker, 'see'>): void {
    this.#checkers.unshift(checker);
  }

  /** Runs the work of a service that this host caused. */
  as<T>(host: Host, act: () => T): T {
    this.#actor = host;
    try {
      return act();
    } finally {
      this.#actor = undefined;
    }
  }

  /** A broken rule ends the run. */
  tell(effect: Effect, by = this.#actor): void {
    try {
      for (const checker of this.#checkers) checker.see?.(effect, by);
    } catch (fault) {
      this.#scheduler.fail(fault);
    }
  }
}
