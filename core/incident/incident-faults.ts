/**
 * Another fault within an open incident.
 *
 * While an incident is open nothing opens another of its scope, so a producer that keeps one open (by
 * sending a killer again and again) would mask a real fault behind it. So the page names the faults that it
 * is about, and a fault that it did not name pages again once it alone reaches the threshold (R20). It is
 * like a fire brigade on site: the next call about the same fire changes nothing, one about another house
 * does.
 *
 * A fault is a lane and a fingerprint, or the kind of crash if there is none. Rejected: counting by source.
 * Crash events name none, and a fault of ours crashes on the resources of all sources. Each fault has a
 * deduplication key of its own, so that a pager that has folded the incident into one alert still rings. A
 * killer that invents new fingerprints causes at most {@link FAULTS_MAX} further pages.
 */

import type { CrashKind } from '../../packages/isolation/death.ts';
import { otherIds } from '../attempt/death-identity.ts';
import { deathsOf } from '../attempt/evidence.ts';
import type { CrashEvent } from '../message/messages.ts';
import { firstFullWindow } from './sliding-window.ts';
import { type RecordedCrash, type Spent, unspent } from './spent-crashes.ts';

/** Maximum number of faults of one incident, in addition to those that opened it. */
export const FAULTS_MAX = 5;

export interface OtherFault {
  readonly fault: string;
  readonly kind: CrashKind;
  /** Of the window that it filled first. Epoch ms, as all times here. */
  readonly crashes: number;
  readonly firstCrashAt: number;
  readonly lastCrashAt: number;
  /** When it was found. */
  readonly at: number;
}

/**
 * Several observers report the deaths of a fault. Each death is counted by the report that says
 * most.
 */
const faultOf = ({ lane, fingerprint, kind }: CrashEvent) =>
  `${lane ?? 'no-lane'}/${fingerprint ?? kind}`;

/** The faults that these crashes belong to. */
export const faultsOf = (crashes: readonly CrashEvent[]): readonly string[] =>
  [...new Set(deathsOf(crashes).map(faultOf))].sort();

/** Crashes before that moment say nothing about another fault; some are reported late. */
export const faultsSince = (now: number, windowMs: number) => now - 2 * windowMs;

/** The part of an incident that decides its faults. */
export interface Faulty {
  readonly windowMs: number;
  readonly openedAt: number;
  readonly known?: readonly string[] | undefined;
  readonly others?: readonly OtherFault[] | undefined;
  readonly spent?: Spent | undefined;
}

/** What an incident knows of its faults. */
export interface KnownFaults {
  readonly known: readonly string[];
  readonly others: readonly OtherFault[];
}

/**
 * What the incident knows once it has seen these crashes; undefined if nothing is new. In addition to what
 * it knew: another name of a fault that its page was about, and each other fault that reached the threshold
 * by itself.
 * @param recent crashes of the scope since {@link faultsSince} at least
 */
export function faultsAfter(
  incident: Faulty,
  recent: readonly RecordedCrash[],
  now: number,
  crashesToOpen: number,
): KnownFaults | undefined {
  const { others = [], spent, windowMs, openedAt } = incident;
  // It was opened by a version that did not record what it was about.
  if (incident.known === undefined) return undefined;
  const crashes = unspent(recent, spent);
  const deaths = deathsOf(crashes);
  const known = withOtherNames(incident.known, crashes, deaths, openedAt);
  const named = new Set([...known, ...others.map(({ fault }) => fault)]);
  const found = [...Map.groupBy(deaths, faultOf)]
    .filter(([fault]) => !named.has(fault))
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .flatMap(([fault, its]): OtherFault[] => {
      const window = firstFullWindow(its, windowMs, crashesToOpen) ?? [];
      const [first, last] = [window[0], window.at(-1)];
      if (first === undefined || last === undefined) return [];
      const times = { firstCrashAt: first.at, lastCrashAt: last.at, at: now };
      return [{ fault, kind: first.kind, crashes: window.length, ...times }];
    })
    .slice(0, FAULTS_MAX - others.length);
  if (found.length === 0 && known.length === incident.known.length) return undefined;
  return { known, others: [...others, ...found] };
}

/** The cause of a death from before the opening may be reported later: that is not another fault. */
function withOtherNames(
  known: readonly string[],
  crashes: readonly RecordedCrash[],
  deaths: readonly CrashEvent[],
  openedAt: number,
): readonly string[] {
  const others = otherIds(crashes);
  const ids = new Set(
    crashes
      .filter((crash) => crash.at <= openedAt && known.includes(faultOf(crash)))
      .map(({ id }) => others.get(id) ?? id),
  );
  const names = deaths.filter(({ id }) => ids.has(id)).map(faultOf);
  return [...new Set([...known, ...names])].sort();
}
