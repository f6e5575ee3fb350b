/**
 * When a breaker trips, how long it stays open, and how traffic returns.
 *
 * It trips by consecutive failures (R10), or by the share of failed calls in a window with at least
 * `callsMin` calls: a share of exactly `share` trips. By the share, the breaker stays closed while a
 * service fails now and then. By consecutive failures it does not: an environment learns of the others'
 * calls only once a second, so with many calls a second it sees few successes in between.
 *
 * There is no policy for slow calls: a call that is too slow fails by its timeout. A part of our own that
 * is restarted trips by OTP's intensity (restart-intensity.ts): successes in between do not count. The
 * breaker stays open for `openMs` the first time, exactly.
 *
 * After that two things back off, and they differ in cost. A probe that fails is one call of the whole
 * fleet: the next is made after `reprobeMs`, and each further wait is `reprobeGrowth` times as long, so
 * that the end of an outage is noticed within a sixth of its length. Opening again while traffic returns
 * costs the calls of many environments: it doubles all waits. Each wait is at most `openMaxMs`, and a
 * random half is subtracted so that breakers of many services do not probe at the same time. The service's
 * own request (Retry-After) is obeyed up to the same cap. Closing lets the shares of `ramp` through, each
 * for `rampStepMs`, then all.
 */

import type { IntensityPolicy } from '../supervision/restart-intensity.ts';
import { type CallWindow, countsAt } from './call-window.ts';

export type TripPolicy =
  | { readonly kind: 'consecutive'; readonly failures: number }
  | ({ readonly kind: 'intensity' } & IntensityPolicy)
  | WindowTrip;

/** Trips by the share of failed calls in a window. */
export interface WindowTrip {
  readonly kind: 'failure-rate';
  readonly share: number;
  readonly callsMin: number;
  readonly windowMs: number;
}

export interface BreakerPolicy {
  readonly trip: TripPolicy;
  readonly openMs: number;
  readonly openMaxMs: number;
  /** Time between the first failed probe and the second. Never longer than `openMs`. */
  readonly reprobeMs: number;
  /** Factor by which each further wait between probes grows. */
  readonly reprobeGrowth: number;
  /** Successful probes in a row that close it. */
  readonly probes: number;
  /** Shares of the calls that pass, one after the other, after it has closed. */
  readonly ramp: readonly number[];
  readonly rampStepMs: number;
  /** How much longer a lease lasts than its probe's timeout: clocks differ, aborts take time. */
  readonly leaseMarginMs: number;
}

export const DEFAULT_BREAKER_POLICY: BreakerPolicy = {
  trip: { kind: 'consecutive', failures: 5 },
  openMs: 30_000,
  openMaxMs: 300_000,
  reprobeMs: 10_000,
  reprobeGrowth: 1.1,
  probes: 2,
  ramp: [0.1, 0.25, 0.5],
  rampStepMs: 3_000,
  leaseMarginMs: 5_000,
};

/** Every cap is reached by then, and no number overflows. */
const EXPONENT_MAX = 50;

/** Whether the window trips, and the reason in words. */
export function windowTrips(window: CallWindow, trip: WindowTrip, now: number): string | undefined {
  const { calls, failures } = countsAt(window, now, trip.windowMs);
  if (calls < trip.callsMin || failures < trip.share * calls) return undefined;
  return `${failures} of ${calls} calls failed`;
}

/** What makes a breaker stay open for longer. */
export interface BackOff {
  /** How many times in a row it opened while traffic was still returning. */
  readonly reopenings: number;
  /** Probes that failed since it opened. */
  readonly failedProbes: number;
}

/**
 * When a breaker that opens now may be probed. `draw` is a random number in [0, 1). `retryAt` is
 * the time that the service asked for.
 */
export function openUntil(
  { reopenings, failedProbes }: BackOff,
  { now, draw, retryAt }: { now: number; draw: number; retryAt?: number | undefined },
  policy: BreakerPolicy,
): number {
  const { openMs, openMaxMs, reprobeMs, reprobeGrowth } = policy;
  const first =
    failedProbes === 0
      ? openMs
      : Math.min(openMs, reprobeMs) * reprobeGrowth ** Math.min(failedProbes - 1, EXPONENT_MAX);
  const longest = Math.min(openMaxMs, first * 2 ** Math.min(reopenings, EXPONENT_MAX));
  const isFirst = reopenings === 0 && failedProbes === 0;
  const ms = isFirst ? longest : longest / 2 + (draw * longest) / 2;
  return Math.max(now + Math.round(ms), Math.min(retryAt ?? 0, now + openMaxMs));
}

/** The share of calls that may pass at this time, and when more will. */
export function rampAt(
  rampFrom: number | undefined,
  now: number,
  { ramp, rampStepMs }: BreakerPolicy,
): { readonly share: number; readonly nextAt: number } {
  const step = rampFrom === undefined ? ramp.length : Math.floor((now - rampFrom) / rampStepMs);
  return {
    share: ramp[Math.max(0, step)] ?? 1,
    nextAt: (rampFrom ?? now) + (step + 1) * rampStepMs,
  };
}
