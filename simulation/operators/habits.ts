/** How operators behave in a run: what they do at a moment that tempts them to, and how it goes wrong. */

/** Probabilities. */
export interface OperatorHabits {
  /** Sends back what has just been quarantined, or all that matches. */
  readonly redrives: number;
  readonly discards: number;
  /** Of what is sent back alone: sends a corrected body in its place. */
  readonly corrects: number;
  /** Erases the patient whom a submission names that has just come so far. */
  readonly erases: number;
  /** Forces or resets a breaker that has just changed. */
  readonly overrules: number;
  /** Pauses or resumes a lane that has just changed. */
  readonly holds: number;
  /** Acknowledges or resolves an incident that has just changed. */
  readonly speaks: number;
  /** Pauses or resumes a lane whose probe has just begun, and pauses one that has just been released. */
  readonly interrupts: number;
  /** Resolves an incident while crashes of its scope are being recorded. */
  readonly resolvesInStorm: number;
  /** The command dies at an await. */
  readonly killed: number;
  /** Another operator gives the same command at the same time. */
  readonly both: number;
  /** Somebody whose page is old gives the same command once more, minutes later. */
  readonly repeats: number;
  /** How long after the moment at most. */
  readonly withinMs: number;
}

export const NO_OPERATORS: OperatorHabits = {
  redrives: 0,
  discards: 0,
  corrects: 0,
  erases: 0,
  overrules: 0,
  holds: 0,
  speaks: 0,
  interrupts: 0,
  resolvesInStorm: 0,
  killed: 0,
  both: 0,
  repeats: 0,
  withinMs: 0,
};
