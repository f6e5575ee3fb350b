import type { BreakerState } from './breaker-state.ts';

/** Where the state of breakers is kept: the Breakers table, or this environment's memory. */
export interface BreakerStore {
  /** The current state; undefined if none was saved. Throws if the store fails. */
  load(service: string): Promise<BreakerState | undefined>;
  /**
   * Saves `next` if the state is still the one of `before`; false if it is another. If it throws, the save
   * may have happened or may still happen.
   */
  save(service: string, before: BreakerState, next: BreakerState): Promise<boolean>;
}
