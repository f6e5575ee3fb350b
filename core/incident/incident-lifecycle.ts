/**
 * How an incident goes on after it was opened: open → acknowledged → resolved.
 *
 * It resolves itself once the window has stayed below half the threshold for a while (R22). Half, so that
 * crashes around the threshold make one long incident and not a new page every few minutes: hysteresis.
 * "Stayed" means: at no moment t of the last `quietMs`, now included, did (t − window, t] hold half the
 * threshold or more. A window is half open: a crash of exactly five minutes ago is outside. An incident
 * that was opened less than `quietMs` ago has not been quiet long enough, even if its crashes came so late
 * that they lie in the past.
 *
 * An incident that a supervisor's escalation opened does not end by silence: the lane is paused, so nothing
 * crashes. An operator resolves it.
 */
import type { Incident, Said } from './incident.ts';
import { distinct, type TimedEvent } from './sliding-window.ts';

export interface CoursePolicy {
  readonly crashesToOpen: number;
  readonly windowMs: number;
  readonly quietMs: number;
}

/** Recorded as the resolver of an incident that resolved itself. */
export const BY_QUIET = 'quiet';

/**
 * A death may be reported by the process that saw it, and twice by the monitor, with different
 * times.
 */
const REPORTS_MAX = 3;
/** The evidence is counted again when the incident is a quarter older than at the last count. */
const RECOUNT_SHARE = 4;

export type Refusal = 'resolved already' | 'acknowledged already';

/** An operator has taken over: nobody is paged again. */
export function acknowledge(incident: Incident, said: Said): Incident | Refusal {
  if (incident.status === 'resolved') return 'resolved already';
  if (incident.status === 'acknowledged') return 'acknowledged already';
  return { ...incident, status: 'acknowledged', acknowledged: said };
}

export function resolve(incident: Incident, said: Said): Incident | Refusal {
  if (incident.status === 'resolved') return 'resolved already';
  return { ...incident, status: 'resolved', resolved: said };
}

/** Number of newest crashes that are enough to decide whether it is quiet. */
export function crashesNeeded(policy: CoursePolicy): number {
  const windows = Math.ceil((policy.quietMs + policy.windowMs) / policy.windowMs);
  return half(policy) * windows * REPORTS_MAX;
}

/** Crashes before that time do not matter for whether it is quiet now. */
export function crashesNeededSince(now: number, { quietMs, windowMs }: CoursePolicy): number {
  return now - quietMs - windowMs;
}

/**
 * Whether an incident resolves itself now.
 * @param newest the scope's newest crashes, at most {@link crashesNeeded}, which may be all
 */
export function isOver(
  incident: Incident,
  newest: readonly TimedEvent[],
  now: number,
  policy: CoursePolicy,
): boolean {
  if (incident.cause !== 'crashes' || now - incident.openedAt < policy.quietMs) return false;
  // This many crashes within two windows fill at least half of one of them.
  if (newest.length >= crashesNeeded(policy)) return false;
  const sorted = distinct(newest);
  const few = half(policy) - 1;
  return sorted.every(({ at: oldest }, position) => {
    const last = sorted[position + few];
    const held = last !== undefined && last.at - oldest < policy.windowMs;
    const heldUntil = oldest + policy.windowMs - 1;
    return !held || heldUntil <= now - policy.quietMs;
  });
}

/** Resolved by quiet. */
export function resolvedByQuiet(
  incident: Incident,
  now: number,
  { quietMs }: Pick<CoursePolicy, 'quietMs'>,
): Incident {
  const why = 'the crashes stayed below half the threshold';
  const resolved = { at: now, by: BY_QUIET, why, quietSince: now - quietMs };
  return { ...incident, status: 'resolved', resolved };
}

/**
 * Whether the evidence must be counted again. The intervals grow with the incident, so that all
 * counts of a long one together cost a small multiple of its events.
 */
export function isRecountDue({ cause, openedAt, countedAt }: Incident, now: number): boolean {
  return cause === 'crashes' && now - countedAt >= (countedAt - openedAt) / RECOUNT_SHARE;
}

const half = ({ crashesToOpen }: CoursePolicy) => Math.ceil(crashesToOpen / 2);
