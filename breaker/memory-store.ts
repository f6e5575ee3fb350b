import type { BreakerState } from '../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../core/breaker/breaker-store.ts';

/** Breakers of this environment only, used while the table does not answer (R15). */
export class MemoryStore implements BreakerStore {
  readonly #states = new Map<string, BreakerState>();

  /** Starts with the last known shared state. */
  constructor(known: ReadonlyMap<string, BreakerState> = new Map()) {
    this.#states = new Map(known);
  }

  async load(service: string): Promise<BreakerState | undefined> {
    return this.#states.get(service);
  }

  async save(service: string, before: BreakerState, next: BreakerState): Promise<boolean> {
    if ((this.#states.get(service)?.version ?? 0) !== before.version) return false;
    this.#states.set(service, next);
    return true;
  }
}
