import type { BreakerState } from './breaker-state.ts';

/** Where the state of breakers lies: the Breakers table, or this environment's memory. */
export interface BreakerStore {
  /** The state as it is now; undefined where nobody saved one. Throws where the store fails. */
  load(service: string): Promise<BreakerState | undefined>;
  /**
   * Saves `next` if the state is still the one of `before`; false where it is another. Where it
   * throws, the save may have happened or may still.
   */
  save(service: string, before: BreakerState, next: BreakerState): Promise<boolean>;
}
