/**
 * Which crashes a resolution uses up, so that they open no other incident (R20).
 *
 * It is like reading a meter: an operator who resolves has read all that was recorded by then. A quiet
 * resolution has read only up to the start of the quiet period that resolved it; the few crashes of that
 * period say nothing about what was resolved, and count towards the next incident.
 *
 * Crashes are reported late. A crash that is recorded after a resolution was not read by it, whatever its
 * own time, so it may open the next incident. If it is from inside the resolved period it joins the
 * resolved incident, and pages only if such late crashes alone reach the threshold: those that the
 * resolution has read stay spent. Rejected: deciding by the time of the crash alone. A storm just before a
 * resolution that is reported after it would page nobody.
 *
 * "Recorded by then" compares no clocks, because the operator's may differ from Lambda's. Each crash is
 * recorded with the number of incidents that were over before it.
 */
import { otherIds } from '../attempt/death-identity.ts';
import type { CrashEvent } from '../message/messages.ts';

export interface RecordedCrash extends CrashEvent {
  /** How many incidents of the scope were over when it was recorded; absent in old records. */
  readonly incidentsOver?: number | undefined;
}

/** What a resolution has read. */
export interface Spent {
  /** The number of the resolved incident. */
  readonly incident: number;
  /** Epoch ms, as all times here. */
  readonly resolvedAt: number;
  /** The start of the quiet period, if quiet resolved it. */
  readonly quietSince?: number | undefined;
}

/**
 * The crashes that are not spent. A death that was reported twice is spent if one of the two
 * reports is.
 */
export function unspent<C extends RecordedCrash>(
  crashes: readonly C[],
  spent: Spent | undefined,
): readonly C[] {
  if (spent === undefined) return crashes;
  const others = otherIds(crashes);
  const deathOf = ({ id }: C) => others.get(id) ?? id;
  const deaths = new Set(crashes.filter((crash) => isSpent(crash, spent)).map(deathOf));
  return crashes.filter((crash) => !deaths.has(deathOf(crash)));
}

/** Whether it was recorded before the resolution, and belongs to what was resolved. */
function isSpent({ at, incidentsOver }: RecordedCrash, spent: Spent): boolean {
  const { incident, resolvedAt, quietSince } = spent;
  const read = incidentsOver === undefined ? at <= resolvedAt : incidentsOver < incident;
  return read && (quietSince === undefined || at <= quietSince);
}
