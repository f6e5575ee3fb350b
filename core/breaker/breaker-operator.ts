/**
 * An operator's command for a breaker (R17).
 *
 * Each command begins a generation of its own, so results of calls made before it are ignored. A forced
 * phase holds until its expiry and then ends by itself: forced open ends in a probe, forced closed in the
 * ordinary closed phase, with no failure outstanding.
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
  return word.kind === 'force-closed'
    ? moveTo(state, { ...closed(why), forced }, stamp)
    : moveTo(state, { phase: 'open', why, ...FRESH, openUntil: word.until, forced }, stamp);
}

const FRESH = { reopenings: 0, failedProbes: 0 };

function closed(why: string) {
  return { phase: 'closed', why, reopenings: 0, failures: 0, window: [] } as const;
}
