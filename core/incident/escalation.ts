/**
 * What a death means for the nodes above and beside it.
 *
 * A component counts the deaths of its environments by the limits of its supervisor. More than they allow
 * end the component, and its supervisor's strategy names what ends with it (R31, R32). The supervisor then
 * counts as one restart at its own supervisor, by that one's limits, and so on. Too many restarts at the
 * root have nobody above: people are paged. The root ends nothing. OTP would end the whole application
 * then, but stopping lanes in which nobody dies would help no patient.
 *
 * A `temporary` component is never restarted, so its deaths do not count. Those of every other do, because
 * a crash is never a normal end.
 */

import type { CrashEvent, DeathDuring } from '../message/messages.ts';
import { CRASH_KINDS } from '../message/verdict.ts';
import { type LanePolicy, pauseLane } from '../supervision/lane-supervision.ts';
import { addRestart, type Restart } from '../supervision/restart-intensity.ts';
import { type Effect, isHeld, type Supervised } from '../supervision/supervised-state.ts';
import {
  type Child,
  childrenIn,
  endsWith,
  type Place,
  type SupervisionNode,
  type Supervisor,
} from '../supervision/supervision-tree.ts';

/**
 * A component's own death has one of each. The death of a resource that it ran is not one, and neither is an
 * end without a reason: an environment that is killed from outside looks like that, and a storm of kills
 * pauses no healthy lane. What throws, or runs out of time or memory, gives a reason.
 */
export const OWN_DEATH: {
  readonly during: readonly DeathDuring[];
  readonly kind: readonly CrashEvent['kind'][];
} = {
  during: ['loading', 'handling'],
  kind: CRASH_KINDS.filter((kind) => kind !== 'exit'),
};

/** Whether it is the component's own death. */
export function isComponentDeath({ during, kind }: Pick<CrashEvent, 'during' | 'kind'>): boolean {
  return during !== undefined && OWN_DEATH.during.includes(during) && OWN_DEATH.kind.includes(kind);
}

/** Counts deaths of a component's environments. `deaths` are its own ones. */
export function countDeaths(
  state: Supervised,
  { node, above }: Place<Child>,
  deaths: readonly Restart[],
  now: number,
  policy: LanePolicy,
): Supervised {
  const [supervisor, ...rest] = above;
  if (supervisor === undefined || node.restart === 'temporary') return state;
  return deaths.reduce((sofar, death) => {
    const counted = count(sofar, death, supervisor);
    if (counted.kind === 'kept') return counted.state;
    const { why } = counted;
    const cause = { why, restart: death, ended: node.name };
    const effects = consequences(counted.state, { node: supervisor, above: rest }, cause);
    const order = { at: death.at, why };
    const paused = node.lane === undefined ? sofar : pauseLane(sofar, order, now, policy);
    return { ...spent(paused, counted.state), outbox: [...paused.outbox, ...effects] };
  }, state);
}

/**
 * Counts the restart of a supervisor one level down, because one of its children died too often.
 */
export function countRestart(
  state: Supervised,
  place: Place<Supervisor>,
  { of, restart, why }: { readonly of: string; readonly restart: Restart; readonly why: string },
): Supervised {
  const counted = count(state, restart, place.node);
  if (counted.kind === 'kept') return counted.state;
  const effects = consequences(counted.state, place, { why, restart, ended: of });
  return { ...spent(state, counted.state), outbox: [...state.outbox, ...effects] };
}

type Counted =
  | { readonly kind: 'kept'; readonly state: Supervised }
  | { readonly kind: 'too many'; readonly state: Supervised; readonly why: string };

function count(state: Supervised, restart: Restart, limits: Supervisor): Counted {
  if (isHeld(state) || restart.at <= state.spentUntil) return { kind: 'kept', state };
  const { kind, restarts } = addRestart(state.restarts, restart, limits);
  if (kind === 'kept') {
    return { kind, state: restarts === state.restarts ? state : { ...state, restarts } };
  }
  const { name } = state;
  const seconds = limits.periodMs / 1_000;
  const why = `${name} died more than ${limits.intensity} times within ${seconds} s`;
  return { kind: 'too many', state: { ...state, restarts }, why };
}

interface Cause {
  readonly why: string;
  /** The restart that exceeds the limit. */
  readonly restart: Restart;
  /** The child of the supervisor that caused it. */
  readonly ended: string;
}

function consequences(
  { name, version }: Supervised,
  { node: supervisor, above: [next] }: Place<Supervisor>,
  { why, restart: { at }, ended }: Cause,
): readonly Effect[] {
  // Only one process can save this version, so the id is the same however often the escalation is
  // published.
  const id = `${name}:${version + 1}:${at}`;
  if (next === undefined) {
    return [
      { kind: 'escalation', escalation: { scope: `supervisor:${supervisor.name}`, at, why, id } },
    ];
  }
  const along = lanesBelow(endsWith(supervisor, ended)).filter((child) => child !== name);
  return [
    ...along.map((child): Effect => ({ kind: 'end', child, order: { at, why } })),
    { kind: 'restart', supervisor: next.name, of: supervisor.name, restart: { id, at }, why },
  ];
}

/** Components with a lane among these nodes and all below them. */
function lanesBelow(nodes: readonly SupervisionNode[]): readonly string[] {
  return nodes
    .flatMap((node) => childrenIn(node))
    .flatMap(({ node }) => (node.lane === undefined ? [] : [node.name]));
}

/** In OTP the supervisor would be gone by now, and its successor would know of no restart. */
function spent(state: Supervised, { restarts, spentUntil }: Supervised): Supervised {
  return {
    ...state,
    restarts: [],
    spentUntil: Math.max(spentUntil, ...restarts.map(({ at }) => at)),
  };
}
