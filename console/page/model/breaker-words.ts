/** Describes a breaker: how close it is to opening, and what it waits for. */
import type { BreakerView } from '../../contract/breakers.ts';
import { howMany, percent } from './numbers.ts';
import { countdown, span } from './times.ts';

/** Failures and the limit that opens it. Undefined if that does not apply now. */
export function towardsOpen(
  breaker: BreakerView,
): { have: number; of: number; text: string } | undefined {
  const { phase, trip, failures = 0, window } = breaker;
  if (phase !== 'closed' || trip === undefined) return undefined;
  if (trip.kind === 'consecutive') {
    const text = `${failures} of ${howMany(trip.failures, 'failure')} in a row`;
    return { have: failures, of: trip.failures, text };
  }
  if (trip.kind === 'intensity') {
    const text = `${failures} of ${trip.intensity + 1} failures in ${span(trip.periodMs)}`;
    return { have: failures, of: trip.intensity + 1, text };
  }
  const { calls = 0, failures: failed = 0 } = window ?? {};
  const share = calls === 0 ? 0 : failed / calls;
  const text = `${percent(share)} of ${howMany(calls, 'call')} failed, ${percent(trip.share)} open it`;
  return { have: calls < trip.callsMin ? 0 : share, of: trip.share, text };
}

export interface Waiting {
  /** `0:07`. Absent if nothing counts down. */
  readonly left?: string;
  readonly text: string;
}

/** The next transition. Undefined if there is none. */
export function whatNext(breaker: BreakerView, now: number): Waiting | undefined {
  const {
    phase,
    openUntil,
    failedProbes = 0,
    probes,
    probeLeaseUntil,
    forced,
    rampShare,
  } = breaker;
  if (forced !== undefined && forced.until > now) {
    return { left: countdown(forced.until, now), text: 'until the operator’s command expires' };
  }
  if (phase === 'open' && openUntil !== undefined) {
    const after = failedProbes === 0 ? '' : `, after ${howMany(failedProbes, 'probe')} that failed`;
    if (openUntil <= now) return { text: `the next call is a probe${after}` };
    return { left: countdown(openUntil, now), text: `to the next probe${after}` };
  }
  if (phase === 'half-open') {
    const good =
      probes === undefined ? '' : `${probes.successes} of ${probes.needed} probes succeeded`;
    return { text: `${good}${probeLeaseUntil === undefined ? '' : '; one is under way'}` };
  }
  if (rampShare !== undefined && rampShare < 1) {
    return { text: `traffic returns: ${percent(rampShare)} of the calls` };
  }
  return undefined;
}
