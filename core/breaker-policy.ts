/**
 * When a breaker trips, how long it stays open, and how traffic returns.
 *
 * It trips by consecutive failures (R10), or by the share of failed or of slow calls in a window
 * that holds at least `callsMin`: the share must reach `share`, exactly that much trips. It stays
 * open for `openMs` the first time, exactly; each time it opens again before traffic has fully
 * returned doubles that, up to `openMaxMs`, of which a random half is taken off so that breakers of
 * many services do not probe in step. What the service itself asks for (Retry-After) is honoured
 * up to the same cap. Closing lets the shares of `ramp` through, each for `rampStepMs`, then all.
 */
import { type CallWindow, countsAt } from './call-window.ts';

export type TripPolicy =
  | { readonly kind: 'consecutive'; readonly failures: number }
  | WindowPolicy
  | (Omit<WindowPolicy, 'kind'> & { readonly kind: 'slow-calls'; readonly slowMs: number });

interface WindowPolicy {
  readonly kind: 'failure-rate';
  readonly share: number;
  readonly callsMin: number;
  readonly windowMs: number;
}

export interface BreakerPolicy {
  readonly trip: TripPolicy;
  readonly openMs: number;
  readonly openMaxMs: number;
  /** Successful probes, one after the other, that close it. */
  readonly probes: number;
  /** Shares of the calls that are let through one after the other when it has closed. */
  readonly ramp: readonly number[];
  readonly rampStepMs: number;
  /** How much longer than its probe's timeout a lease lasts: clocks differ, aborts take time. */
  readonly leaseMarginMs: number;
}

export const DEFAULT_BREAKER_POLICY: BreakerPolicy = {
  trip: { kind: 'consecutive', failures: 5 },
  openMs: 30_000,
  openMaxMs: 300_000,
  probes: 2,
  ramp: [0.1, 0.25, 0.5],
  rampStepMs: 5_000,
  leaseMarginMs: 5_000,
};

/** Whether the window is one that trips, and the reason in words. */
export function windowTrips(
  window: CallWindow,
  trip: Exclude<TripPolicy, { kind: 'consecutive' }>,
  now: number,
): string | undefined {
  const { calls, failures, slow } = countsAt(window, now, trip.windowMs);
  const bad = trip.kind === 'failure-rate' ? failures : slow;
  if (calls < trip.callsMin || bad < trip.share * calls) return undefined;
  return `${bad} of ${calls} calls ${trip.kind === 'failure-rate' ? 'failed' : 'were slow'}`;
}

/**
 * When a breaker that opens now may be probed. `draw` is a random number in [0, 1); `retryAt` is
 * what the service asked for.
 */
export function openUntil(
  reopenings: number,
  { now, draw, retryAt }: { now: number; draw: number; retryAt?: number | undefined },
  { openMs, openMaxMs }: BreakerPolicy,
): number {
  const longest = Math.min(openMaxMs, openMs * 2 ** Math.min(reopenings, 30));
  const ms = reopenings === 0 ? longest : longest / 2 + (draw * longest) / 2;
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
