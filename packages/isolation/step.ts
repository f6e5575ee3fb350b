import type { Death } from './death.ts';

/** A part of a run with a deadline of its own, such as one plugin. */
export interface Step {
  readonly name: string;
  readonly deadlineMs: number;
  /** Whether a run goes on behind it when it dies: then the worker saves what it has before it. */
  readonly skippable: boolean;
}

/** A step that took its worker along. */
export interface StepDeath {
  readonly step: Step;
  /** Its position among the steps. */
  readonly position: number;
  /** What the worker had saved before it, of a skippable one. */
  readonly saved?: unknown;
}

/** What follows from the death of a step. */
export type AfterStep<R> =
  | { readonly kind: 'finished'; readonly result: R }
  /** The text runs once more in a fresh worker, which is given `from`. */
  | { readonly kind: 'resume'; readonly from: unknown };

export type StepPolicy<R> = (death: Death, at: StepDeath) => AfterStep<R>;
