import type { Death } from './death.ts';

/** A part of a run with its own deadline, such as one plugin. */
export interface Step {
  readonly name: string;
  readonly deadlineMs: number;
  /**
   * Whether the run continues after the death of this step. If so, the worker saves its state
   * before the step.
   */
  readonly skippable: boolean;
}

/** A step that killed its worker. */
export interface StepDeath {
  readonly step: Step;
  /** Its index among the steps. */
  readonly position: number;
  /** The data that the worker saved before it, if it is skippable. */
  readonly saved?: unknown;
}

/** What follows from the death of a step. */
export type AfterStep<R> =
  | { readonly kind: 'finished'; readonly result: R }
  /** The text runs once more in a new worker, which gets `from`. */
  | { readonly kind: 'resume'; readonly from: unknown };

export type StepPolicy<R> = (death: Death, at: StepDeath) => AfterStep<R>;
