/**
 * What a fleet knows of one external service: the item that holds its breaker.
 *
 * Three numbers make late results harmless. `generation` grows with each change of phase: the result of a
 * call that was let through in an older generation says nothing about this one (R13). `probe.owner` names
 * the one call that may decide a half-open phase. `version` grows with every save, and each save is
 * conditional on it, so of two processes that decide on the same state one decides again.
 *
 * A write whose answer was lost may have happened. Each save therefore leaves its token among the
 * `receipts`: a process that finds its token there must not count once more.
 */

import type { Restart } from '../supervision/restart-intensity.ts';
import type { CallWindow } from './call-window.ts';

export interface Probe {
  readonly owner: string;
  /** Epoch ms, as all times here; at exactly that time the lease is over. */
  readonly leaseUntil: number;
}

/** An operator's command. Its phase holds until then, and at exactly that time no longer. */
export interface Forced {
  readonly until: number;
  readonly reason: string;
  readonly by: string;
}

interface Common {
  readonly generation: number;
  readonly version: number;
  /** When the phase began, and why. */
  readonly since: number;
  readonly why: string;
  /** How many times in a row it opened again while traffic was still returning. */
  readonly reopenings: number;
  readonly forced?: Forced | undefined;
  /** Tokens of the latest saves, newest last. */
  readonly receipts: readonly string[];
  /** The latest transitions, newest last: those after `publishedTo` may not have been published yet. */
  readonly recent: readonly Transition[];
  /**
   * The generation up to which the audit log's queue is known to have the transitions. Absent for
   * none.
   */
  readonly publishedTo?: number | undefined;
}

export interface Closed extends Common {
  readonly phase: 'closed';
  /** Outstanding consecutive failures. */
  readonly failures: number;
  /** Time of the latest of them. */
  readonly failedAt?: number | undefined;
  /** The part of the service that it was about, if not all of it. */
  readonly failedPart?: string | undefined;
  /** The fleet's calls as far as reported, for the policy by share. */
  readonly window: CallWindow;
  /** Failures by their age, for the policy by intensity. */
  readonly restarts?: readonly Restart[] | undefined;
  /** When traffic began to return; absent when all calls pass. */
  readonly rampFrom?: number | undefined;
}

export interface Open extends Common {
  readonly phase: 'open';
  /** Since it opened. */
  readonly failedProbes: number;
  readonly openUntil: number;
}

export interface HalfOpen extends Common {
  readonly phase: 'half-open';
  /** Since it opened. */
  readonly failedProbes: number;
  readonly successes: number;
  readonly probe?: Probe | undefined;
}

export type BreakerState = Closed | Open | HalfOpen;
export type Phase = BreakerState['phase'];

export const RECEIPTS_MAX = 16;
/** An item always keeps this many transitions. */
export const RECENT_MAX = 8;
/**
 * Maximum number of transitions in an item, which limits its size to about 50 KB. Beyond it, the oldest may
 * be missing in the audit log.
 */
export const UNPUBLISHED_MAX = 256;

/** A service that was never called. */
export const UNKNOWN_SERVICE: Closed = {
  phase: 'closed',
  generation: 0,
  version: 0,
  since: 0,
  why: 'new',
  reopenings: 0,
  receipts: [],
  recent: [],
  failures: 0,
  window: [],
};

/** One phase follows another. Goes to metrics, logs and the audit log. */
export interface Transition {
  readonly from: Phase;
  readonly to: Phase;
  /** The generation that began. */
  readonly generation: number;
  readonly at: number;
  readonly why: string;
  readonly by?: string | undefined;
  /** Only for a transition to `open`. */
  readonly openUntil?: number | undefined;
}

/** A state to save in place of the one that was decided on. */
export interface Change {
  readonly next: BreakerState;
  readonly transition?: Transition | undefined;
}

/** A change to another phase. */
export interface Move extends Change {
  readonly transition: Transition;
}

/** The operator's command, while it holds. */
export function forcedAt(state: BreakerState, now: number): Forced | undefined {
  return state.forced !== undefined && now < state.forced.until ? state.forced : undefined;
}

type Unnumbered<S> = S extends BreakerState
  ? Omit<S, 'generation' | 'version' | 'receipts' | 'recent' | 'publishedTo' | 'since'>
  : never;

/** The next state within the same phase. */
export function within<S extends BreakerState>(
  state: S,
  fields: Partial<Unnumbered<S>>,
  token: string,
): Change {
  return { next: { ...state, ...fields, version: state.version + 1, ...receipt(state, token) } };
}

/** The next phase. It has a generation of its own. */
export function moveTo(
  state: BreakerState,
  phase: Unnumbered<BreakerState>,
  { now, token, by }: { now: number; token: string; by?: string },
): Move {
  const generation = state.generation + 1;
  const numbers = { generation, version: state.version + 1, since: now };
  const transition = {
    from: state.phase,
    to: phase.phase,
    generation,
    at: now,
    why: phase.why,
    by,
    openUntil: phase.phase === 'open' ? phase.openUntil : undefined,
  };
  const news = withTransition(state, transition);
  return { next: { ...phase, ...numbers, ...receipt(state, token), ...news }, transition };
}

/** The transitions that an audit log may lack. */
export function unpublishedOf({ recent, publishedTo = 0 }: BreakerState): readonly Transition[] {
  return recent.filter(({ generation }) => generation > publishedTo);
}

/**
 * Whether nobody can tell any more if a save is among those before this state: an item keeps only the
 * latest receipts.
 */
export function hasForgotten({ version }: BreakerState, save: BreakerState): boolean {
  return version >= save.version + RECEIPTS_MAX;
}

function withTransition(state: BreakerState, transition: Transition) {
  const kept = Math.max(RECENT_MAX, unpublishedOf(state).length + 1);
  const recent = [...state.recent, transition].slice(-Math.min(kept, UNPUBLISHED_MAX));
  return { recent, publishedTo: state.publishedTo };
}

function receipt(state: BreakerState, token: string) {
  return { receipts: [...state.receipts, token].slice(-RECEIPTS_MAX) };
}
