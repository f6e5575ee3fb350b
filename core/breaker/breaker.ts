/**
 * Decides whether a call may be made.
 *
 * Closed: calls pass; while traffic returns only a share of them. Open: nobody calls until `openUntil` (at
 * exactly that time somebody may, R11). The first to ask after that becomes the owner of a probe: it alone
 * calls, everyone else is refused while its lease lasts (R12). At exactly the end of the lease, a probe
 * whose owner died is replaced (R16). breaker-result.ts decides what the result of a call means.
 *
 * Everything is decided on a state that was read, and saved on the condition that it has not changed;
 * otherwise it is decided again. A closed breaker needs no save: the healthy path writes nothing (R14).
 */
import { type BreakerPolicy, rampAt } from './breaker-policy.ts';
import {
  type BreakerState,
  type Change,
  forcedAt,
  type HalfOpen,
  moveTo,
  type Open,
  type Probe,
  within,
} from './breaker-state.ts';

/** The permission for a call. The call's result is reported with it. */
export interface Ticket {
  readonly generation: number;
  /** Only for a probe. */
  readonly probe?: Probe | undefined;
}

export interface Refused {
  readonly kind: 'refused';
  readonly why: 'open' | 'probing' | 'ramping' | 'forced open';
  readonly retryAt: number;
}

export type Admission =
  | { readonly kind: 'call'; readonly ticket: Ticket }
  /** Must be saved first. The call may be made only if the save succeeds. */
  | { readonly kind: 'acquire'; readonly change: Change; readonly ticket: Ticket }
  | Refused;

export interface Ask {
  /** Unique to this call. Also its token. */
  readonly owner: string;
  /** Maximum duration of the call. */
  readonly timeoutMs: number;
  /** A random number in [0, 1). */
  readonly draw: number;
}

/** Decides whether a call may be made. */
export function admit(
  state: BreakerState,
  ask: Ask,
  now: number,
  policy: BreakerPolicy,
): Admission {
  switch (state.phase) {
    case 'closed': {
      const { share, nextAt } = rampAt(state.rampFrom, now, policy);
      if (ask.draw < share) {
        return { kind: 'call', ticket: { generation: state.generation } };
      }
      return { kind: 'refused', why: 'ramping', retryAt: nextAt };
    }
    case 'open': {
      if (now >= state.openUntil) return acquire(state, 0, ask, now, policy);
      const why = forcedAt(state, now) ? 'forced open' : 'open';
      return { kind: 'refused', why, retryAt: state.openUntil };
    }
    case 'half-open': {
      const { probe, generation } = state;
      // The save ended in an error, but it took effect.
      if (probe?.owner === ask.owner) return { kind: 'call', ticket: { generation, probe } };
      if (probe === undefined || now >= probe.leaseUntil) {
        return acquire(state, state.successes, ask, now, policy);
      }
      return { kind: 'refused', why: 'probing', retryAt: probe.leaseUntil };
    }
  }
}

function acquire(
  state: Open | HalfOpen,
  successes: number,
  { owner, timeoutMs }: Ask,
  now: number,
  { leaseMarginMs }: BreakerPolicy,
): Admission {
  const probe = { owner, leaseUntil: now + timeoutMs + leaseMarginMs };
  const change =
    state.phase === 'half-open'
      ? within(state, { probe }, owner)
      : moveTo(
          state,
          {
            phase: 'half-open',
            why: 'time to probe',
            reopenings: state.reopenings,
            failedProbes: state.failedProbes,
            successes,
            probe,
          },
          { now, token: owner },
        );
  return { kind: 'acquire', change, ticket: { generation: change.next.generation, probe } };
}

/**
 * Whether a probe may still begin: saving its lease took time, and the call must end before the lease does,
 * with half the margin to spare.
 */
export function probeMayBegin(
  { leaseUntil }: Probe,
  timeoutMs: number,
  now: number,
  { leaseMarginMs }: BreakerPolicy,
): boolean {
  return now + timeoutMs + leaseMarginMs / 2 <= leaseUntil;
}
