/** The crashes of one scope: which of them an incident may have read, and which fill a window (R20). */

export const CRASHES = 10;
export const WINDOW_MS = 300_000;
/**
 * A failed init and the following death in the same environment are one crash (a lower bound is
 * kept).
 */
const SAME_DEATH_MS = 120_000;

export interface Crash {
  readonly id: string;
  readonly at: number;
  readonly environment: string | undefined;
  /** Number of resolved incidents of the scope when it was recorded, according to the item. */
  readonly over: number;
  /** The same number when the checker saw it. */
  readonly seenOver: number;
}

export interface Incident {
  readonly number: number;
  readonly status: string;
  readonly cause: string;
  readonly phase?: string;
  readonly resolved?: { readonly at: number; readonly quietSince?: number };
}

export interface Scope {
  /** Each crash once, at its earliest time. */
  readonly crashes: Map<string, Crash>;
  /** All recorded crashes. A crash that was published with two times is there twice. */
  readonly reports: Crash[];
  /** By crash: how many messages about it are in the incident's queue. */
  readonly queued: Map<string, number>;
  latest: Incident | undefined;
  /** Number of resolved incidents. */
  over: number;
}

export const isGoingOn = (incident: Incident | undefined) =>
  incident !== undefined && incident.status !== 'resolved';

/** Crashes that may open an incident: those that the latest resolution has not read. */
export function maybeUnspent({ reports, latest }: Scope): Crash[] {
  return reports.filter((crash) => !isRead(crash, crash.over, latest));
}

/**
 * Crashes that must open one, by what the checker saw and not by the items. Of two that may be one
 * death, one counts.
 */
export function surelyUnspent({ crashes, latest }: Scope): Crash[] {
  const sorted = [...crashes.values()].sort((a, b) => a.at - b.at);
  const lastOf = new Map<string, { at: number; isRead: boolean }>();
  return sorted.filter((crash) => {
    const read = isRead(crash, crash.seenOver, latest);
    const { environment, at } = crash;
    if (environment === undefined) return !read;
    const former = lastOf.get(environment);
    lastOf.set(environment, { at, isRead: read });
    return !read && (former === undefined || at - former.at > SAME_DEATH_MS);
  });
}

/**
 * Whether the latest resolution has read it. A quiet one has read up to the start of its quiet
 * period.
 */
function isRead({ at }: Crash, over: number, latest: Incident | undefined): boolean {
  if (latest?.resolved === undefined || over >= latest.number) return false;
  const { quietSince } = latest.resolved;
  return quietSince === undefined || at <= quietSince;
}

/**
 * The crash that completes a window (t − 5 min, t] of enough crashes. Undefined if no window is
 * full.
 */
export function fullWindow(crashes: readonly Crash[]): Crash | undefined {
  const sorted = [...crashes].sort((a, b) => a.at - b.at);
  const within = new Map<string, number>();
  let oldest = 0;
  return sorted.find((crash) => {
    for (; crash.at - (sorted[oldest]?.at ?? 0) >= WINDOW_MS; oldest += 1) {
      const { id } = sorted[oldest] as Crash;
      const left = (within.get(id) ?? 1) - 1;
      if (left === 0) within.delete(id);
      else within.set(id, left);
    }
    within.set(crash.id, (within.get(crash.id) ?? 0) + 1);
    return within.size >= CRASHES;
  });
}
