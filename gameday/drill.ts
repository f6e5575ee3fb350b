/** A drill, and what it can use. */
import type { Stage } from './stage.ts';

export interface Servers {
  readonly fhir: { setMode(mode: 'ok' | 'fail'): void };
  readonly terminology: { setMode(mode: 'ok' | 'fail'): void };
}

/** What a drill can use. */
export interface Place {
  readonly stage: Stage;
  readonly servers: Servers;
  /** Name of the stack, with which all names in it begin. */
  readonly stack: string;
}

export interface Drill {
  /** The condition, in words. */
  readonly condition: string;
  /** Runs after all others, on a stack with too little memory and concurrency. */
  readonly starved?: true;
  /** Provokes the condition. Returns a function that undoes it. */
  provoke(place: Place): Promise<(() => Promise<void> | void) | undefined>;
  /** Must be repeated until the metric moves. */
  again?(place: Place): Promise<void> | void;
}
