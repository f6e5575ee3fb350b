/**
 * What the result of a call means for the calls of the whole fleet.
 *
 * Closed: failures are counted, and enough of them open the breaker (R10). Half-open: a probe that fails
 * opens it again; enough successful ones close it, and traffic returns in steps. Two counts decide how long
 * it stays open: probes that failed since it opened, and how often it opened while traffic was still
 * returning.
 *
 * A result counts in the generation that let its call through, and a probe's result for its owner only. Any
 * other result is late and changes nothing (R13). While an operator's command holds, results change nothing
 * either (R17). If there is nothing to save, there is no change (R14).
 */

import { addRestart, type IntensityPolicy } from '../supervision/restart-intensity.ts';
import type { Ticket } from './breaker.ts';
import {
  type BackOff,
  type BreakerPolicy,
  openUntil,
  rampAt,
  windowTrips,
} from './breaker-policy.ts';
import {
  type BreakerState,
  type Change,
  type Closed,
  forcedAt,
  type HalfOpen,
  moveTo,
  within,
} from './breaker-state.ts';
import { addWindows, type CallWindow } from './call-window.ts';

export interface CallResult {
  readonly ticket: Ticket;
  /** `unknown`: the call says nothing about the service, for example because it was not made. */
  readonly outcome: 'success' | 'failure' | 'unknown';
  /** When the service asked to be called again, epoch ms. */
  readonly retryAt?: number | undefined;
  /** What the call was about, if the same thing may fail again and must count once (policy `intensity`). */
  readonly subject?: string | undefined;
  /**
   * Set if the service answered, and refuses us perhaps only this part of it (policy `consecutive`): a part counts once
   * in a row, because what it is refused waits and comes again. As a probe, it shows nothing.
   */
  readonly part?: string | undefined;
  /**
   * When a call of this environment last succeeded, epoch ms: it may not have known that there were
   * failures to reset. A success counts from then.
   */
  readonly servedAt?: number | undefined;
  /** Unique to this result. */
  readonly token: string;
  /** A random number in [0, 1). */
  readonly draw: number;
}

/** What a result changes; undefined for nothing. Windows are reported by {@link report}. */
export function afterResult(
  state: BreakerState,
  result: CallResult,
  now: number,
  policy: BreakerPolicy,
): Change | undefined {
  if (isLate(state, result.ticket) || wasApplied(state, result.token)) return undefined;
  if (forcedAt(state, now)) return undefined;
  switch (state.phase) {
    case 'closed':
      return resultWhileClosed(state, result, now, policy);
    case 'half-open':
      return resultOfProbe(state, result, now, policy);
    case 'open':
      return undefined;
  }
}

/** Calls of one environment that the fleet does not know of yet; undefined if they are late. */
export function report(
  state: BreakerState,
  calls: {
    readonly ticket: Ticket;
    readonly window: CallWindow;
    readonly token: string;
    draw: number;
  },
  now: number,
  policy: BreakerPolicy,
): Change | undefined {
  const { trip } = policy;
  if (state.phase !== 'closed' || trip.kind !== 'failure-rate') return undefined;
  if (isLate(state, calls.ticket) || wasApplied(state, calls.token)) return undefined;
  if (forcedAt(state, now)) return undefined;
  const window = addWindows(state.window, calls.window, now, trip.windowMs);
  const why = windowTrips(window, trip, now);
  if (why !== undefined) return open(state, why, calls, now, policy);
  return within(state, { window }, calls.token);
}

function resultWhileClosed(
  state: Closed,
  result: CallResult,
  now: number,
  policy: BreakerPolicy,
): Change | undefined {
  const { trip } = policy;
  if (trip.kind === 'intensity') return resultWhileReturning(state, result, now, policy, trip);
  if (trip.kind !== 'consecutive' || result.outcome === 'unknown') return undefined;
  const outstanding = isServedSince(state, result) ? 0 : state.failures;
  if (result.outcome === 'success') {
    return outstanding === state.failures
      ? undefined
      : within(state, { failures: 0, failedAt: undefined, failedPart: undefined }, result.token);
  }
  const { part, token } = result;
  if (part !== undefined && outstanding > 0 && part === state.failedPart) return undefined;
  const failures = outstanding + 1;
  if (failures < trip.failures) {
    return within(state, { failures, failedAt: now, failedPart: part }, token);
  }
  return open(state, `${failures} consecutive failures`, result, now, policy);
}

/**
 * Whether a call succeeded after the latest failure that counts. In the same millisecond, the order
 * of the reports decides.
 */
function isServedSince({ failedAt = 0 }: Closed, { outcome, servedAt }: CallResult): boolean {
  if (outcome === 'success') return (servedAt ?? failedAt) >= failedAt;
  return servedAt !== undefined && servedAt > failedAt;
}

function resultWhileReturning(
  state: Closed,
  result: CallResult,
  now: number,
  policy: BreakerPolicy,
  intensity: IntensityPolicy,
): Change | undefined {
  if (result.outcome !== 'failure') return undefined;
  const before = state.restarts ?? [];
  const restart = { id: result.subject ?? result.token, at: now };
  const { kind, restarts } = addRestart(before, restart, intensity);
  if (restarts === before) return undefined;
  if (kind === 'kept') return within(state, { restarts }, result.token);
  const why = `more than ${intensity.intensity} crashes within ${intensity.periodMs / 1_000} s`;
  return open(state, why, result, now, policy);
}

function resultOfProbe(
  state: HalfOpen,
  result: CallResult,
  now: number,
  policy: BreakerPolicy,
): Change | undefined {
  if (state.probe === undefined || state.probe.owner !== result.ticket.probe?.owner)
    return undefined;
  if (result.outcome === 'failure' && result.part === undefined) {
    return open(state, 'the probe failed', result, now, policy);
  }
  const successes = state.successes + (result.outcome === 'success' ? 1 : 0);
  if (successes < policy.probes)
    return within(state, { successes, probe: undefined }, result.token);
  const { reopenings } = state;
  return moveTo(
    state,
    {
      phase: 'closed',
      why: 'the probes succeeded',
      reopenings,
      failures: 0,
      window: [],
      rampFrom: now,
    },
    { now, token: result.token },
  );
}

function open(
  state: Closed | HalfOpen,
  why: string,
  { token, draw, retryAt }: Pick<CallResult, 'token' | 'draw' | 'retryAt'>,
  now: number,
  policy: BreakerPolicy,
): Change {
  const backOff = backOffAfter(state, now, policy);
  const until = openUntil(backOff, { now, draw, retryAt }, policy);
  return moveTo(state, { phase: 'open', why, ...backOff, openUntil: until }, { now, token });
}

function backOffAfter(state: Closed | HalfOpen, now: number, policy: BreakerPolicy): BackOff {
  const { reopenings } = state;
  if (state.phase === 'half-open') return { reopenings, failedProbes: state.failedProbes + 1 };
  const isReturning = rampAt(state.rampFrom, now, policy).share < 1;
  return { reopenings: isReturning ? reopenings + 1 : 0, failedProbes: 0 };
}

function isLate(state: BreakerState, ticket: Ticket): boolean {
  return state.generation !== ticket.generation;
}

function wasApplied(state: BreakerState, token: string): boolean {
  return state.receipts.includes(token);
}
