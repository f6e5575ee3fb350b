/**
 * When crashes become an incident.
 *
 * Enough distinct crashes of one scope within a window open one incident (R20), and a supervisor that gave
 * up opens one at once (R31). While one is open, nothing opens another of its scope. Once it is resolved,
 * its crashes are spent (spent-crashes.ts), and only other crashes open the next.
 *
 * The crashes of an open incident are not counted as they come (evidence.ts says why), so a storm writes
 * each event once and the incident not at all. What has to be sent, and to whom, follows from the incident
 * alone (incident-steps.ts). incident-lifecycle.ts says how it goes on.
 */
import { type Evidence, evidenceOf } from '../attempt/evidence.ts';
import type { Escalation } from '../message/messages.ts';
import { faultsOf, type OtherFault } from './incident-faults.ts';
import { type Clocks, clocksOf, type RegulatoryCalendar } from './regulatory-clocks.ts';
import { firstFullWindow } from './sliding-window.ts';
import { type RecordedCrash, type Spent, unspent } from './spent-crashes.ts';

/** An operator's command, or a rule's, with its reason. */
export interface Said {
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

export interface Resolution extends Said {
  /** The start of the quiet period, if quiet resolved it. */
  readonly quietSince?: number | undefined;
}

export interface Incident extends Evidence {
  readonly scope: string;
  /** 1, 2, 3 … within its scope. */
  readonly number: number;
  readonly status: 'open' | 'acknowledged' | 'resolved';
  /** `crashes` reached the threshold, or a supervisor gave up. */
  readonly cause: 'crashes' | 'escalation';
  /** The supervisor's reason. */
  readonly why?: string | undefined;
  /** Epoch ms, as all times here. */
  readonly openedAt: number;
  /** The window of the policy that opened it: connected crashes are counted by the same. */
  readonly windowMs: number;
  /** When the evidence was counted. */
  readonly countedAt: number;
  /** Faults that its page is about. Absent in records of older versions. */
  readonly known?: readonly string[] | undefined;
  /** Later faults, each with a page of its own. */
  readonly others?: readonly OtherFault[] | undefined;
  /** Crashes that belong to the incident before, if there was one. */
  readonly spent?: Spent | undefined;
  /** Dates by which authorities and patients must be notified, if it turns out to be a breach. */
  readonly clocks: Clocks;
  readonly acknowledged?: Said | undefined;
  readonly resolved?: Resolution | undefined;
  /** Steps that are done, and when. Absent: not done yet. */
  readonly done: Readonly<Record<string, number>>;
  /** The process that does the due steps, so that no other does them too. */
  readonly held?: { readonly by: string; readonly until: number } | undefined;
  /** Grows with each save; a save is conditional on it. */
  readonly version: number;
  /** Tokens of the latest saves, newest last. */
  readonly receipts?: readonly string[] | undefined;
}

export interface OpeningPolicy {
  readonly crashesToOpen: number;
  readonly windowMs: number;
  readonly calendar: RegulatoryCalendar;
}

/**
 * The incident that crashes open, or undefined.
 * @param latest the scope's latest incident, whatever its status
 * @param around crashes of the scope, at least those within one window of the new ones
 */
export function openedByCrashes(
  scope: string,
  latest: Incident | undefined,
  around: readonly RecordedCrash[],
  now: number,
  policy: OpeningPolicy,
): Incident | undefined {
  if (isGoingOn(latest)) return undefined;
  const counted = unspent(around, spentBy(latest));
  const window = firstFullWindow(counted, policy.windowMs, policy.crashesToOpen);
  if (window === undefined) return undefined;
  const because = { cause: 'crashes', known: faultsOf(window) } as const;
  return open(scope, latest, because, evidenceOf(window), now, policy);
}

/**
 * The incident that a supervisor's escalation opens; undefined if one is open, or was resolved after this
 * was recorded.
 * @param over how many incidents of the scope were over when it was recorded
 */
export function openedByEscalation(
  { scope, at, why }: Escalation,
  over: number,
  latest: Incident | undefined,
  now: number,
  policy: OpeningPolicy,
): Incident | undefined {
  if (isGoingOn(latest) || over < incidentsOver(latest)) return undefined;
  const evidence = { ...evidenceOf([]), firstCrashAt: at, lastCrashAt: at };
  return open(scope, latest, { cause: 'escalation', why }, evidence, now, policy);
}

export function isGoingOn(incident: Incident | undefined): incident is Incident {
  return incident !== undefined && incident.status !== 'resolved';
}

/** How many incidents of a scope are over, by its latest one. */
export function incidentsOver(latest: Incident | undefined): number {
  if (latest === undefined) return 0;
  return latest.status === 'resolved' ? latest.number : latest.number - 1;
}

/** What can open no incident after this one; undefined before it is resolved. */
export function spentBy(latest: Incident | undefined): Spent | undefined {
  if (latest?.resolved === undefined) return undefined;
  const { at: resolvedAt, quietSince } = latest.resolved;
  return { incident: latest.number, resolvedAt, quietSince };
}

/** The same for every notice of one incident, so that receivers can drop repetitions. */
export function incidentKey(incident: Pick<Incident, 'scope' | 'number'>): string {
  return `${incident.scope}#${incident.number}`;
}

function open(
  scope: string,
  latest: Incident | undefined,
  because: Pick<Incident, 'cause' | 'why' | 'known'>,
  evidence: Evidence,
  now: number,
  policy: OpeningPolicy,
): Incident {
  return {
    ...evidence,
    ...because,
    scope,
    number: (latest?.number ?? 0) + 1,
    status: 'open',
    openedAt: now,
    windowMs: policy.windowMs,
    countedAt: now,
    spent: spentBy(latest),
    clocks: clocksOf(now, policy.calendar),
    done: {},
    version: 1,
  };
}
