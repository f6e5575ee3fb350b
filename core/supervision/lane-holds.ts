/**
 * Who holds a lane, and what happens when a hold is released.
 *
 * A hold that is taken again stays as it was. Each hold and each release is evidence, so it leaves its fact
 * for the audit log in the outbox. With the last hold released the lane returns: by steps of concurrency if
 * something had been wrong, and at once if only an operator had held it.
 */
import { type AuditFact, whoAndWhy } from '../audit/audit-fact.ts';
import {
  CONCURRENCY_MIN,
  type Hold,
  type Holder,
  isHeld,
  type Supervised,
} from './supervised-state.ts';

const COMPONENT = 'supervisor';

/** The lane with this hold. Its mappings have to be disabled. */
export function heldBy(state: Supervised, holder: Holder, hold: Hold): Supervised {
  if (state.holds[holder] !== undefined) return state;
  const fact = factOf(state, 'lane-paused', { holder, ...hold });
  return {
    ...state,
    holds: { ...state.holds, [holder]: hold },
    confirmed: isHeld(state) && state.confirmed,
    ramp: undefined,
    outbox: [...state.outbox, { kind: 'audit', fact }],
  };
}

/** The lane without that hold. It returns if this was the last hold. */
export function releasedFrom(
  state: Supervised,
  holder: Holder,
  now: number,
  { by, why }: { readonly by: string; readonly why: string } = {
    by: holder,
    why: holder === 'breaker' ? 'its breaker is closed' : 'a probe went well',
  },
): Supervised {
  if (state.holds[holder] === undefined) return state;
  const { [holder]: _released, ...holds } = state.holds;
  const released: Supervised = { ...state, holds, spentUntil: now };
  if (isHeld(released)) return released;
  const fact = factOf(state, 'lane-resumed', { holder, since: now, by, why });
  return {
    ...released,
    restarts: [],
    probe: undefined,
    confirmed: false,
    ramp: holder === 'operator' ? undefined : { step: CONCURRENCY_MIN, at: now },
    outbox: [...state.outbox, { kind: 'audit', fact }],
  };
}

/**
 * An operator's pause: only {@link resumeByOperator} releases it. An earlier operator's hold is not
 * replaced.
 */
export function pauseByOperator(
  state: Supervised,
  { by, why }: { readonly by: string; readonly why: string },
  now: number,
): Supervised {
  return heldBy(state, 'operator', { since: now, why, by });
}

/**
 * Releases an operator's pause and the supervisor's hold: the operator says that the cause is
 * fixed. A breaker that is open still holds its lane.
 */
export function resumeByOperator(
  state: Supervised,
  who: { readonly by: string; readonly why: string },
  now: number,
): Supervised {
  return releasedFrom(releasedFrom(state, 'operator', now, who), 'supervisor', now, who);
}

/**
 * The version of the save is in the fact's id: of two processes that decide the same, only one
 * saves.
 */
function factOf(
  { name, version }: Supervised,
  kind: 'lane-paused' | 'lane-resumed',
  { holder, since, by, why }: Hold & { readonly holder: Holder },
): AuditFact {
  return {
    id: `${kind}:${name}:${holder}:${version + 1}:${since}`,
    kind,
    at: since,
    component: COMPONENT,
    ...whoAndWhy({ by: holder === 'operator' || by !== holder ? by : undefined, why }),
    details: { lane: name, holder },
  };
}
