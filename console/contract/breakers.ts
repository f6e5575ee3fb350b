import type { Ms } from './figure.ts';

export interface BreakerView {
  /**
   * Such as `fhir-server`. A plugin's breaker has the name of the plugin. {@link BreakerWord} uses
   * the same name.
   */
  readonly name: string;
  /** A plugin's switch is shown here, but only the command line can force it. */
  readonly kind: 'service' | 'plugin';
  readonly phase: 'closed' | 'open' | 'half-open';
  /** Start of the phase. Absent if it has never opened. */
  readonly since?: Ms;
  readonly why: string;
  /** Consecutive failures so far, while closed. */
  readonly failures?: number;
  /** Calls and failures in the window, if the breaker opens by the share of failures. */
  readonly window?: { readonly calls: number; readonly failures: number };
  /** The limit that opens it. Absent if the stage does not say. */
  readonly trip?:
    | { readonly kind: 'consecutive'; readonly failures: number }
    | {
        readonly kind: 'failure-rate';
        readonly share: number;
        readonly callsMin: number;
        readonly windowMs: number;
      }
    | { readonly kind: 'intensity'; readonly intensity: number; readonly periodMs: number };
  /** While open: time at which the next probe is allowed. */
  readonly openUntil?: Ms;
  /** Number of failed probes since it opened. */
  readonly failedProbes?: number;
  /** While half-open: successful probes so far, and how many are needed. */
  readonly probes?: { readonly successes: number; readonly needed: number };
  /** End of the lease of the probe that is in flight. */
  readonly probeLeaseUntil?: Ms;
  /** Share of the calls that is let through while traffic returns: 0 to 1. Absent if all are. */
  readonly rampShare?: number;
  /** An operator's command that has not expired. */
  readonly forced?: { readonly until: Ms; readonly by: string; readonly why: string };
  /** The latest transitions, newest first. */
  readonly transitions: readonly TransitionView[];
}

export interface TransitionView {
  readonly at: Ms;
  readonly from: BreakerView['phase'];
  readonly to: BreakerView['phase'];
  readonly why: string;
  /** The operator, if an operator caused it. */
  readonly by?: string;
}
