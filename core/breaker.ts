/**
 * May this call be made, and what does its result mean for the calls of the whole fleet?
 *
 * Closed, calls pass and failures are counted; enough of them open the breaker (R10). Open, nobody
 * calls until `openUntil` (exactly then somebody may, R11). The first to ask after that becomes the
 * owner of a probe: it alone calls, everyone else is refused while its lease lasts (R12). A probe
 * that fails opens the breaker again, for longer; enough successful ones close it, and traffic
 * returns in steps. A probe whose owner died is replaced when its lease is over (R16).
 *
 * A result counts in the generation that let its call through, and a probe's for its owner only;
 * any other comes too late and changes nothing (R13). While an operator's word holds, results
 * change nothing either (R17): it ends by itself.
 *
 * All is decided on a state that was read, and saved on the condition that it is still so; who
 * finds it changed decides again. Where there is nothing to save there is no change: the healthy
 * path writes nothing (R14).
 */
import { type BreakerPolicy, openUntil, rampAt, windowTrips } from './breaker-policy.ts';
import {
  type BreakerState,
  type Change,
  type Closed,
  forcedAt,
  type HalfOpen,
  moveTo,
  type Probe,
  within,
} from './breaker-state.ts';
import { addWindows, type CallWindow } from './call-window.ts';

/** The permission under which a call is made; its result comes back with it. */
export interface Ticket {
  readonly generation: number;
  /** Of a probe. */
  readonly probe?: Probe | undefined;
}

export type Refusal = 'open' | 'probing' | 'ramping' | 'forced open';

export type Admission =
  | { readonly kind: 'call'; readonly ticket: Ticket }
  /** To be saved first; only who succeeds in that may call. */
  | { readonly kind: 'acquire'; readonly change: Change; readonly ticket: Ticket }
  | { readonly kind: 'refused'; readonly why: Refusal; readonly retryAt: number };

export interface Ask {
  /** Unique to this call, and its token. */
  readonly owner: string;
  /** How long the call may take at most. */
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
      if (ask.draw < share || forcedAt(state, now)) {
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
      // The save was answered by an error, and yet it happened.
      if (probe?.owner === ask.owner) return { kind: 'call', ticket: { generation, probe } };
      if (probe === undefined || now >= probe.leaseUntil) {
        return acquire(state, state.successes, ask, now, policy);
      }
      return { kind: 'refused', why: 'probing', retryAt: probe.leaseUntil };
    }
  }
}

function acquire(
  state: BreakerState,
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
            successes,
            probe,
          },
          { now, token: owner },
        );
  return { kind: 'acquire', change, ticket: { generation: change.next.generation, probe } };
}

/**
 * Whether a probe may still be begun: saving its lease took time, and the call must end before the
 * lease does, with half the margin to spare.
 */
export function probeMayBegin(
  { leaseUntil }: Probe,
  timeoutMs: number,
  now: number,
  { leaseMarginMs }: BreakerPolicy,
): boolean {
  return now + timeoutMs + leaseMarginMs / 2 <= leaseUntil;
}

export interface CallResult {
  readonly ticket: Ticket;
  /** `unknown`: the call says nothing about the service, such as one that was not begun. */
  readonly outcome: 'success' | 'failure' | 'unknown';
  /** When the service asked to be called again, epoch ms. */
  readonly retryAt?: number | undefined;
  /** Unique to this result. */
  readonly token: string;
  /** A random number in [0, 1). */
  readonly draw: number;
}

/** What a result changes; undefined where that is nothing. Windows are told by {@link report}. */
export function settle(
  state: BreakerState,
  result: CallResult,
  now: number,
  policy: BreakerPolicy,
): Change | undefined {
  if (isLate(state, result.ticket) || wasApplied(state, result.token)) return undefined;
  if (forcedAt(state, now)) return undefined;
  switch (state.phase) {
    case 'closed':
      return settleClosed(state, result, now, policy);
    case 'half-open':
      return settleProbe(state, result, now, policy);
    case 'open':
      return undefined;
  }
}

/** Calls of one environment that the fleet does not know of yet; undefined where they are late. */
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
  if (state.phase !== 'closed' || trip.kind === 'consecutive') return undefined;
  if (isLate(state, calls.ticket) || wasApplied(state, calls.token)) return undefined;
  if (forcedAt(state, now)) return undefined;
  const window = addWindows(state.window, calls.window, now, trip.windowMs);
  const why = windowTrips(window, trip, now);
  if (why !== undefined) return open(state, why, calls, now, policy);
  return within(state, { window }, calls.token);
}

function settleClosed(
  state: Closed,
  result: CallResult,
  now: number,
  policy: BreakerPolicy,
): Change | undefined {
  const { trip } = policy;
  if (trip.kind !== 'consecutive' || result.outcome === 'unknown') return undefined;
  if (result.outcome === 'success') {
    return state.failures === 0 ? undefined : within(state, { failures: 0 }, result.token);
  }
  const failures = state.failures + 1;
  if (failures < trip.failures) return within(state, { failures }, result.token);
  return open(state, `${failures} consecutive failures`, result, now, policy);
}

function settleProbe(
  state: HalfOpen,
  result: CallResult,
  now: number,
  policy: BreakerPolicy,
): Change | undefined {
  if (state.probe === undefined || state.probe.owner !== result.ticket.probe?.owner)
    return undefined;
  if (result.outcome === 'failure') return open(state, 'the probe failed', result, now, policy);
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
  const again = state.phase === 'half-open' || rampAt(state.rampFrom, now, policy).share < 1;
  const reopenings = again ? state.reopenings + 1 : 0;
  const until = openUntil(reopenings, { now, draw, retryAt }, policy);
  return moveTo(state, { phase: 'open', why, reopenings, openUntil: until }, { now, token });
}

function isLate(state: BreakerState, ticket: Ticket): boolean {
  return state.generation !== ticket.generation;
}

function wasApplied(state: BreakerState, token: string): boolean {
  return state.receipts.includes(token);
}
