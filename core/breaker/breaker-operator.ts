/**
 * An operator's command for a breaker (R17).
 *
 * Each command begins a generation of its own, so results of calls made before it are ignored. A forced
 * phase holds until its expiry and then ends by itself: forced open ends in a probe, forced closed in the
 * ordinary closed phase, with no failure outstanding. A probe that is in flight when it is forced open ends
 * before the next one begins (R12).
 */
import { type BreakerState, type Move, moveTo } from './breaker-state.ts';

export type OperatorWord = {
  readonly by: string;
  readonly reason: string;
  /** Unique to this command. */
  readonly token: string;
} & (
  | { readonly kind: 'force-open' | 'force-closed'; readonly until: number }
  | { readonly kind: 'reset' }
);

export function obey(state: BreakerState, word: OperatorWord, now: number): Move {
  const { by, token, reason } = word;
  const stamp = { now, token, by };
  if (word.kind === 'reset') return moveTo(state, closed(`reset: ${reason}`), stamp);
  const forced = { until: word.until, reason, by };
  const why = `${word.kind}: ${reason}`;
  if (word.kind === 'force-closed') return moveTo(state, { ...closed(why), forced }, stamp);
  const openUntil = Math.max(word.until, leaseEnd(state));
  return moveTo(state, { phase: 'open', why, ...FRESH, openUntil, forced }, stamp);
}

/** Of the probe that may be in flight. */
function leaseEnd(state: BreakerState): number {
  if (state.phase === 'half-open') return state.probe?.leaseUntil ?? 0;
  // A command before this one met the probe.
  const isLonger = state.phase === 'open' && state.openUntil > (state.forced?.until ?? Infinity);
  return isLonger ? state.openUntil : 0;
}

const FRESH = { reopenings: 0, failedProbes: 0 };

function closed(why: string) {
  return { phase: 'closed', why, reopenings: 0, failures: 0, window: [] } as const;
}
