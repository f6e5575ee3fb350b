/**
 * What a page says about the crashes behind it: how many, of how many messages, of what kinds, since when,
 * and the commonest reasons by fingerprint. No message, no value (R08).
 *
 * Crash events are the only truth. Each is one item, written once however often it is reported. Evidence is
 * never summed up as events come: deaths, redeliveries and racing writers would make such sums wrong. It is
 * counted from the events when somebody is about to read it.
 *
 * An incident's events are all since its first full window, and everything connected with it: going back in
 * time, up to a gap as long as the window. (A gap of exactly the window is a gap: windows are half open, so
 * no window holds both its ends.) Events come out of order, and the window that was full first need not be
 * the earliest.
 */

import type { CrashKind } from '../../packages/isolation/death.ts';
import { distinct } from '../incident/sliding-window.ts';
import type { CrashEvent, Lane } from '../message/messages.ts';
import { otherIds } from './death-identity.ts';

const FINGERPRINTS_MAX = 5;

export interface FingerprintCount {
  readonly fingerprint: string;
  readonly crashes: number;
}

export interface Evidence {
  /** Distinct crashes. */
  readonly crashes: number;
  /** There are more, too many to count. */
  readonly more: boolean;
  /** Distinct messages that were being processed, as far as known. */
  readonly messages: number;
  readonly kinds: Readonly<Partial<Record<CrashKind, number>>>;
  /** The commonest first. */
  readonly fingerprints: readonly FingerprintCount[];
  readonly lanes: readonly Lane[];
  /** Epoch ms, as all times here. */
  readonly firstCrashAt: number;
  readonly lastCrashAt: number;
}

/** Evidence of at least one crash. `more`: there are others, which were not counted. */
export function evidenceOf(crashes: readonly CrashEvent[], more = false): Evidence {
  const counted = deathsOf(crashes);
  const lanes = counted.flatMap(({ lane }) => (lane === undefined ? [] : [lane]));
  const times = counted.map(({ at }) => at);
  return {
    crashes: counted.length,
    more,
    messages: new Set(counted.flatMap(({ messageId }) => messageId ?? [])).size,
    kinds: Object.fromEntries(tally(counted.map(({ kind }) => kind))),
    fingerprints: tally(counted.flatMap(({ fingerprint }) => fingerprint ?? []))
      .slice(0, FINGERPRINTS_MAX)
      .map(([fingerprint, count]) => ({ fingerprint, crashes: count })),
    lanes: [...new Set(lanes)].sort(),
    firstCrashAt: times[0] ?? 0,
    lastCrashAt: times.at(-1) ?? 0,
  };
}

/** Each death once, by time, with the most detailed report. */
export const deathsOf = (crashes: readonly CrashEvent[]): readonly CrashEvent[] =>
  withCauses(distinct(crashes), crashes);

/** Each death with its most specific kind: `exit` says only that the process ended. */
function withCauses(
  deaths: readonly CrashEvent[],
  reports: readonly CrashEvent[],
): readonly CrashEvent[] {
  const others = otherIds(reports);
  const causes = new Map<string, Pick<CrashEvent, 'kind' | 'fingerprint'>>();
  for (const { id, kind, fingerprint } of reports) {
    if (kind !== 'exit') causes.set(others.get(id) ?? id, { kind, fingerprint });
  }
  return deaths.map((death) =>
    death.kind === 'exit' ? { ...death, ...causes.get(death.id) } : death,
  );
}

/**
 * The crashes, newest first, that belong to an incident whose first full window began at `since`.
 * If fewer are returned than were given, a gap was reached, and nothing older belongs to it.
 */
export function belonging<E extends { readonly at: number }>(
  newestFirst: readonly E[],
  since: number,
  windowMs: number,
): readonly E[] {
  let oldest = since;
  const end = newestFirst.findIndex(({ at }) => {
    if (oldest - at >= windowMs) return true;
    oldest = Math.min(oldest, at);
    return false;
  });
  return end === -1 ? newestFirst : newestFirst.slice(0, end);
}

/** A recount may be lower if there was too much to count, but evidence never decreases. */
export function mergeEvidence(before: Evidence, anew: Evidence): Evidence {
  return {
    ...anew,
    crashes: Math.max(before.crashes, anew.crashes),
    messages: Math.max(before.messages, anew.messages),
    firstCrashAt: Math.min(before.firstCrashAt, anew.firstCrashAt),
    lastCrashAt: Math.max(before.lastCrashAt, anew.lastCrashAt),
  };
}

/**
 * How often each value occurs, the most frequent first. Equally frequent ones are ordered by name.
 */
function tally<T extends string>(values: readonly T[]): readonly (readonly [T, number])[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
