/**
 * What is known of one node of the supervision tree: its restarts, and for a lane whether it runs.
 *
 * A lane is held by everybody who has a reason: the supervisor (it dies too often), the breaker it is
 * linked to, an operator. Nobody releases the hold of another, so an operator's pause outlives every probe.
 * While anybody holds it, each mapping that feeds it is disabled. When the last hold is released the lane
 * returns by steps of concurrency, and then runs as configured.
 *
 * What a mapping should be follows from this state alone, never from what was done before: a process that
 * finds it different corrects it. What else must happen after a save is in the outbox until it is done, so
 * a death in between only delays it.
 */

import type { AuditFact } from '../audit/audit-fact.ts';
import type { Escalation } from '../message/messages.ts';
import type { Restart } from './restart-intensity.ts';

export const HOLDERS = ['operator', 'supervisor', 'breaker'] as const;
export type Holder = (typeof HOLDERS)[number];

export interface Hold {
  /** Epoch ms, as all times here. */
  readonly since: number;
  readonly why: string;
  /** The component, or the operator. */
  readonly by: string;
}

/** One message, run by the supervisor itself. Nobody else probes before `until`. */
export interface LaneProbe {
  readonly id: string;
  readonly until: number;
}

export interface Ramp {
  /** The maximum concurrency of each of the lane's mappings. */
  readonly step: number;
  /** When this step began. */
  readonly at: number;
}

/** What must be done after a change, in order. Each may be done twice. */
export type Effect =
  /** Another component ends with this one (R32). */
  | { readonly kind: 'end'; readonly child: string; readonly order: PauseOrder }
  /** A supervisor above counts a restart of what is below it (R31). */
  | {
      readonly kind: 'restart';
      readonly supervisor: string;
      readonly of: string;
      readonly restart: Restart;
      readonly why: string;
    }
  /** The root reports to people, as an incident. */
  | { readonly kind: 'escalation'; readonly escalation: Escalation }
  | { readonly kind: 'audit'; readonly fact: AuditFact };

export interface PauseOrder {
  readonly at: number;
  readonly why: string;
}

export interface Supervised {
  readonly name: string;
  /** Grows with each save; a save is conditional on it. */
  readonly version: number;
  readonly restarts: readonly Restart[];
  /** Deaths up to then had their consequence and do not count any more. */
  readonly spentUntil: number;
  readonly holds: Readonly<Partial<Record<Holder, Hold>>>;
  /** Whether all its mappings were read back as they should be. */
  readonly confirmed: boolean;
  /** When the next probe is due. */
  readonly wakeAt: number;
  readonly probe?: LaneProbe | undefined;
  /** Probes that failed, and pauses before it ran again as configured: the exponent of back-off. */
  readonly setbacks: number;
  readonly ramp?: Ramp | undefined;
  /** Time since which its linked breaker has not been closed. */
  readonly breakerSince?: number | undefined;
  readonly outbox: readonly Effect[];
  /** Tokens of the latest saves, newest last. */
  readonly receipts?: readonly string[] | undefined;
}

/** A node to which nothing has happened. */
export function untouched(name: string): Supervised {
  return {
    name,
    version: 0,
    restarts: [],
    spentUntil: 0,
    holds: {},
    confirmed: true,
    wakeAt: 0,
    setbacks: 0,
    outbox: [],
  };
}

export type LanePhase = 'running' | 'pausing' | 'paused' | 'probing' | 'ramping';

/** The state in one word, for operators. */
export function phaseOf(state: Supervised, now: number): LanePhase {
  if (!isHeld(state)) return state.ramp === undefined ? 'running' : 'ramping';
  if (state.probe !== undefined && now < state.probe.until) return 'probing';
  return state.confirmed ? 'paused' : 'pausing';
}

export function isHeld({ holds }: Pick<Supervised, 'holds'>): boolean {
  return HOLDERS.some((holder) => holds[holder] !== undefined);
}

export interface MappingState {
  readonly enabled: boolean;
  readonly maxConcurrency: number;
}

/** The desired settings of a mapping, given its configured maximum. */
export function desiredMapping(state: Supervised, configuredMax: number): MappingState {
  const { step } = state.ramp ?? { step: configuredMax };
  // A paused one is left at the minimum, so that it cannot come back at full strength.
  const max = isHeld(state) ? CONCURRENCY_MIN : step;
  return { enabled: !isHeld(state), maxConcurrency: Math.min(max, configuredMax) };
}

/** Whether both states need their mappings set in the same way. */
export function needSameMappings(one: Supervised, other: Supervised): boolean {
  return isHeld(one) === isHeld(other) && one.ramp?.step === other.ramp?.step;
}

/** AWS's minimum. */
export const CONCURRENCY_MIN = 2;
