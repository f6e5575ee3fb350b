import type { Ms } from './figure.ts';

export interface BreakerView {
  /** Such as `fhir-server`; of a plugin its name. It is what {@link BreakerWord} names. */
  readonly name: string;
  /** A plugin's switch is looked at here, and overruled on the command line only. */
  readonly kind: 'service' | 'plugin';
  readonly phase: 'closed' | 'open' | 'half-open';
  /** Of the phase; absent where it has never opened. */
  readonly since?: Ms;
  readonly why: string;
  /** Outstanding consecutive failures, while closed. */
  readonly failures?: number;
  /** Calls and failures in the window, where the breaker goes by their share. */
  readonly window?: { readonly calls: number; readonly failures: number };
  /** What opens it; absent if the stage does not say. */
  readonly trip?:
    | { readonly kind: 'consecutive'; readonly failures: number }
    | {
        readonly kind: 'failure-rate';
        readonly share: number;
        readonly callsMin: number;
        readonly windowMs: number;
      }
    | { readonly kind: 'intensity'; readonly intensity: number; readonly periodMs: number };
  /** While open: when the next probe may be made. */
  readonly openUntil?: Ms;
  /** Since it opened. */
  readonly failedProbes?: number;
  /** While half-open: successful probes so far, of how many. */
  readonly probes?: { readonly successes: number; readonly needed: number };
  /** The probe that is under way. */
  readonly probeLeaseUntil?: Ms;
  /** Of all calls, what is let through while traffic returns: 0 to 1; absent where that is all. */
  readonly rampShare?: number;
  /** An operator's command that is in force. */
  readonly forced?: { readonly until: Ms; readonly by: string; readonly why: string };
  /** The latest, newest first. */
  readonly transitions: readonly TransitionView[];
}

export interface TransitionView {
  readonly at: Ms;
  readonly from: BreakerView['phase'];
  readonly to: BreakerView['phase'];
  readonly why: string;
  /** An operator. */
  readonly by?: string;
}
