/** The flow over time, from the metrics that the functions emit. */
import type { Figure, Ms } from './figure.ts';

export interface FlowNews {
  readonly now: Ms;
  /**
   * Length of a point's step: 1 s next to `npm start`, a minute on AWS. The rate per second is
   * count / (stepMs / 1000).
   */
  readonly stepMs: number;
  /** How long a point is kept. */
  readonly keptMs: number;
  readonly figure: Figure<readonly FlowPoint[]>;
}

/** Counts of the step that starts at `at`. A step without metrics is left out: its counts are 0. */
export interface FlowPoint {
  readonly at: Ms;
  readonly lanes: Readonly<Partial<Record<'critical' | 'background', LaneFlow>>>;
  readonly delivery?: DeliveryFlow;
}

export interface LaneFlow {
  /** Messages received for the first time. */
  readonly submitted: number;
  readonly valid: number;
  readonly invalid: number;
  /** Crash verdicts by kind. */
  readonly crashes: {
    readonly exception: number;
    readonly timeout: number;
    readonly 'out-of-memory': number;
    readonly exit: number;
  };
  /** Messages sent to isolation because their environment died. */
  readonly suspects: number;
  readonly deadLettered: number;
  /** Messages that ran again after a redrive. */
  readonly redriven: number;
}

export interface DeliveryFlow {
  readonly calls: number;
  readonly delivered: number;
  readonly failures: number;
  /** Resources that the server refused, now in Quarantine. */
  readonly undelivered: number;
  /** Calls that the breaker refused. */
  readonly refusedByBreaker: number;
}
