/** The flow over time, from the metrics that the functions emit. */
import type { Figure, Ms } from './figure.ts';

export interface FlowNews {
  readonly now: Ms;
  /** What one point spans: 1 s beside `npm start`, a minute on AWS. A rate a second is count / (stepMs / 1000). */
  readonly stepMs: number;
  /** So long a point is kept. */
  readonly keptMs: number;
  readonly figure: Figure<readonly FlowPoint[]>;
}

/** Counts of the step that begins at `at`. A step that nothing was told of is left out: it is 0. */
export interface FlowPoint {
  readonly at: Ms;
  readonly lanes: Readonly<Partial<Record<'critical' | 'background', LaneFlow>>>;
  readonly delivery?: DeliveryFlow;
}

export interface LaneFlow {
  /** Messages met for the first time. */
  readonly submitted: number;
  readonly valid: number;
  readonly invalid: number;
  /** Verdicts that are a crash, by kind. */
  readonly crashes: {
    readonly exception: number;
    readonly timeout: number;
    readonly 'out-of-memory': number;
    readonly exit: number;
  };
  /** Sent to isolation because their environment died. */
  readonly suspects: number;
  readonly deadLettered: number;
  /** Run again because an operator sent them back. */
  readonly redriven: number;
}

export interface DeliveryFlow {
  readonly calls: number;
  readonly delivered: number;
  readonly failures: number;
  /** Refused by the server, and quarantined. */
  readonly undelivered: number;
  /** Calls that a breaker refused without making them. */
  readonly refusedByBreaker: number;
}
