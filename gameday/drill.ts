/** A drill, and what it may use. */
import type { Stage } from './stage.ts';

export interface Servers {
  readonly fhir: { setMode(mode: 'ok' | 'fail'): void };
  readonly terminology: { setMode(mode: 'ok' | 'fail'): void };
}

/** What a drill has at hand. */
export interface Place {
  readonly stage: Stage;
  readonly servers: Servers;
  /** Name of the stack, with which all names in it begin. */
  readonly stack: string;
}

export interface Drill {
  /** The condition, in words. */
  readonly condition: string;
  /** On a stack with too little of everything, after all others. */
  readonly starved?: true;
  /** Provokes the condition, and returns how it is undone. */
  provoke(place: Place): Promise<(() => Promise<void> | void) | undefined>;
  /** What has to be repeated until the metric moves. */
  again?(place: Place): Promise<void> | void;
}
