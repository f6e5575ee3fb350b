/** What a drill is, and what it has at hand. */
import type { Stage } from './stage.ts';

export interface Servers {
  readonly fhir: { setMode(mode: 'ok' | 'fail'): void };
  readonly terminology: { setMode(mode: 'ok' | 'fail'): void };
}

/** What a drill has at hand. */
export interface Place {
  readonly stage: Stage;
  readonly servers: Servers;
  /** Name of the stack, which the names of all that is in it begin with. */
  readonly stack: string;
}

export interface Drill {
  /** What is made so, in words. */
  readonly condition: string;
  /** On a stack with too little of everything, after all others. */
  readonly starved?: true;
  /** Makes it so, and answers how it is undone. */
  provoke(place: Place): Promise<(() => Promise<void> | void) | undefined>;
  /** What has to happen again and again until the metric moves. */
  again?(place: Place): Promise<void> | void;
}
