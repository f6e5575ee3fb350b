/** Reports each effect to the checkers, with the host whose code caused it. */
import type { Watcher } from './checker.ts';
import type { Effect } from './effects.ts';
import type { Host } from './host.ts';
import type { Scheduler } from './scheduler.ts';

export class Witness {
  readonly #scheduler: Scheduler;
  readonly #watchers: Watcher[] = [];
  /** Those that look at effects of a kind, in the same order. */
  readonly #byKind = new Map<Effect['kind'], readonly Watcher[]>();
  #actor: Host | undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  add(watchers: readonly Watcher[]): void {
    this.#watchers.push(...watchers);
    this.#byKind.clear();
  }

  /** Adds a watcher that is called before the others. */
  addFirst(watcher: Watcher): void {
    this.#watchers.unshift(watcher);
    this.#byKind.clear();
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
      for (const watcher of this.#watchersOf(effect.kind)) watcher.see?.(effect, by);
    } catch (fault) {
      this.#scheduler.fail(fault);
    }
  }

  #watchersOf(kind: Effect['kind']): readonly Watcher[] {
    const known = this.#byKind.get(kind);
    if (known !== undefined) return known;
    const interested = this.#watchers.filter(({ kinds }) => kinds?.includes(kind) ?? true);
    this.#byKind.set(kind, interested);
    return interested;
  }
}
