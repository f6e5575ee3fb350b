/**
 * When a lane stops, and how it comes back.
 *
 * It stops when its component died too often (R30, R31), when another component that takes it along ended
 * (R32), or when the breaker it is linked to stayed open for more than `linkAfterMs` (exactly that long is
 * not more). Deaths count only if the component is to blame: while it loaded, or in its own code. A
 * resource that kills its environment says nothing about the component. A held lane restarts nothing, so
 * its deaths do not count.
 *
 * It comes back by one probe when `wakeAt` is reached (R33): one message, run by the supervisor. If that
 * went well, or the queue was empty, the lane runs with two environments for each mapping and doubles them
 * each `rampStepMs` up to what is configured. A failed probe waits twice as long as the one before. If all
 * messages are in flight and not visible yet, as after the deaths that paused the lane, there was no probe:
 * the next one is made after another cool-down.
 *
 * Everything is decided on a state that was read, and saved on the condition that it has not changed. If
 * nothing changes, the same state is returned. No mapping can wake itself: `now` is that of the rule that
 * fires each minute, or of an event.
 */
import { heldBy, releasedFrom } from './lane-holds.ts';
import { isHeld, type PauseOrder, type Supervised } from './supervised-state.ts';

export interface LanePolicy {
  /** From a pause to its first probe. */
  readonly coolDownMs: number;
  readonly backOffMaxMs: number;
  readonly rampStepMs: number;
  /** How long a breaker may be open before its lane is paused. */
  readonly linkAfterMs: number;
  /** Longer than a probe takes: its owner is dead by then. */
  readonly probeLeaseMs: number;
}

/** The supervisor pauses the lane. A decision from before its latest return is void. */
export function pauseLane(
  state: Supervised,
  order: PauseOrder,
  now: number,
  policy: LanePolicy,
): Supervised {
  if (state.holds.supervisor !== undefined || order.at <= state.spentUntil) return state;
  const setbacks = state.ramp === undefined ? state.setbacks : state.setbacks + 1;
  return {
    ...heldBy(state, 'supervisor', { since: now, why: order.why, by: 'supervisor' }),
    restarts: [],
    spentUntil: order.at,
    setbacks,
    wakeAt: now + backOffMs(setbacks, policy),
  };
}

export type BreakerSeen =
  | { readonly closed: true }
  | {
      readonly closed: false;
      /** Start of its phase. */
      readonly since: number;
      /** Whether it was closed before that phase. */
      readonly first: boolean;
      /** Time at which a call is allowed again. */
      readonly openUntil: number;
    };

/**
 * Several breakers as one: while a single server is well, its resources must not wait for the others'. All
 * are open since the last one opened, and until the first may be called again.
 */
export function breakersTogether(breakers: readonly BreakerSeen[]): BreakerSeen {
  const open = breakers.filter((breaker) => !breaker.closed);
  const [first] = open;
  if (first === undefined || open.length < breakers.length) return { closed: true };
  const last = open.reduce((latest, each) => (each.since > latest.since ? each : latest), first);
  return { ...last, openUntil: Math.min(...open.map(({ openUntil }) => openUntil)) };
}

/** Holds the lane while its breaker stays open, and releases it when that closes. */
export function followBreaker(
  state: Supervised,
  breaker: BreakerSeen,
  now: number,
  policy: LanePolicy,
): Supervised {
  if (breaker.closed) {
    if (state.breakerSince === undefined && state.holds.breaker === undefined) return state;
    return { ...releasedFrom(state, 'breaker', now), breakerSince: undefined };
  }
  const breakerSince = breaker.first ? breaker.since : (state.breakerSince ?? breaker.since);
  const linked = breakerSince === state.breakerSince ? state : { ...state, breakerSince };
  if (state.holds.breaker !== undefined) {
    const alone = state.holds.supervisor === undefined;
    if (!alone || state.wakeAt === breaker.openUntil) return linked;
    return { ...linked, wakeAt: breaker.openUntil };
  }
  if (now - breakerSince <= policy.linkAfterMs) return linked;
  const why = `its breaker is open for more than ${Math.round(policy.linkAfterMs / 1_000)} s`;
  const held = heldBy(linked, 'breaker', { since: now, why, by: 'breaker' });
  return { ...held, wakeAt: Math.max(held.wakeAt, breaker.openUntil) };
}

/** The next step of concurrency, if it is time. Beyond `fullMax`, the lane runs as configured. */
export function climb(
  state: Supervised,
  fullMax: number,
  now: number,
  policy: LanePolicy,
): Supervised {
  const { ramp } = state;
  if (ramp === undefined || isHeld(state) || now - ramp.at < policy.rampStepMs) return state;
  const step = ramp.step * 2;
  if (step >= fullMax) return { ...state, ramp: undefined, setbacks: 0, confirmed: false };
  return { ...state, ramp: { step, at: now }, confirmed: false };
}

/**
 * Takes the lease of a due probe. It must be saved first: only the process whose save succeeds may
 * probe.
 */
export function leaseProbe(
  state: Supervised,
  id: string,
  now: number,
  policy: LanePolicy,
): Supervised {
  const { holds, probe, wakeAt } = state;
  const wanted = isHeld(state) && holds.operator === undefined;
  const taken = probe !== undefined && now < probe.until;
  // Until its mappings are known to be disabled, other invocations may be running.
  if (!wanted || taken || now < wakeAt || !state.confirmed) return state;
  return { ...state, probe: { id, until: now + policy.probeLeaseMs } };
}

/** `all in flight`: there are messages, but none could be received and run. */
export type ProbeOutcome = 'ran' | 'failed' | 'nothing there' | 'all in flight';

/** The result of a probe. It is late if another process has taken over the lease. */
export function endProbe(
  state: Supervised,
  { id, outcome }: { readonly id: string; readonly outcome: ProbeOutcome },
  now: number,
  policy: LanePolicy,
): Supervised {
  if (state.probe?.id !== id) return state;
  const ended = { ...state, probe: undefined };
  if (outcome === 'all in flight') return { ...ended, wakeAt: now + policy.coolDownMs };
  if (outcome !== 'failed') return releasedFrom(ended, 'supervisor', now);
  const setbacks = state.setbacks + 1;
  return { ...ended, setbacks, wakeAt: now + backOffMs(setbacks, policy) };
}

/** Whether the mappings were read back as they should be; a deployment may have reset them. */
export function confirm(state: Supervised, asDesired: boolean): Supervised {
  return state.confirmed === asDesired ? state : { ...state, confirmed: asDesired };
}

function backOffMs(setbacks: number, { coolDownMs, backOffMaxMs }: LanePolicy): number {
  return Math.min(backOffMaxMs, coolDownMs * 2 ** Math.min(setbacks, 16));
}
