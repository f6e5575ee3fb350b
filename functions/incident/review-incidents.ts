/** Each minute: recounts open incidents, resolves those that are over, and sends what is due. */

import { newestCrashes } from '../../aws/crash-items.ts';
import { changeIncident, incidentsIn, readIncident } from '../../aws/incidents-table.ts';
import { mergeEvidence } from '../../core/attempt/evidence.ts';
import { type Incident, isGoingOn } from '../../core/incident/incident.ts';
import { faultsAfter, faultsSince } from '../../core/incident/incident-faults.ts';
import {
  crashesNeeded,
  crashesNeededSince,
  isOver,
  isRecountDue,
  resolvedByQuiet,
} from '../../core/incident/incident-lifecycle.ts';
import { isLookDue, LOOKED_AGAIN } from '../../core/incident/incident-steps.ts';
import type { Tally } from '../../telemetry/tally.ts';
import { countAnew } from './count-anew.ts';
import { doDueSteps } from './due-steps.ts';
import { openAfterQuiet } from './open-incidents.ts';
import type { IncidentParts } from './parts.ts';

/** More than there are scopes. Others have their turn when these are finished. */
const INCIDENTS_MAX = 100;

/**
 * Crashes of two windows. In a storm only the newest are read, and a fault that continues is among
 * them.
 */
const RECENT_MAX = 20_000;

/** Reviews every incident that is not finished. A fault of one does not affect another. */
export async function reviewIncidents(
  parts: IncidentParts,
  owner: string,
  tally: Tally,
): Promise<void> {
  const { table } = parts;
  const unfinished = await incidentsIn(table, 'unfinished', INCIDENTS_MAX);
  const faults: unknown[] = [];
  for (const id of unfinished) {
    try {
      const incident = await readIncident(table, id);
      const current = incident && (await bringUpToDate(parts, incident, tally));
      if (current === undefined) continue;
      const looked = await lookAgain(parts, current, owner, tally);
      if (looked !== undefined) await doDueSteps(parts, looked, owner, tally);
    } catch (fault) {
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
}

/** The incident with fresh evidence, resolved if it is over. */
async function bringUpToDate(
  parts: IncidentParts,
  incident: Incident,
  tally: Tally,
): Promise<Incident | undefined> {
  const { table, settings, logger } = parts;
  if (!isGoingOn(incident)) return incident;
  const now = parts.now();
  const over = await isQuietNow(parts, incident, now);
  if (!over && !isRecountDue(incident, now)) return withOtherFaults(parts, incident, now);
  const evidence = await countAnew(table, incident);
  const updated = await changeIncident(table, incident, (current) => {
    if (!isGoingOn(current)) return undefined;
    const counted = { ...current, ...mergeEvidence(current, evidence), countedAt: now };
    return over ? resolvedByQuiet(counted, now, settings) : counted;
  });
  if (updated !== undefined && over) {
    tally.add('IncidentsResolved');
    logger.warn('incident resolved', { scope: incident.scope, incident: incident.number });
  }
  return updated && withOtherFaults(parts, updated, now);
}

/**
 * Faults that reached the threshold by themselves and had no page; a resolved incident has had its page.
 */
async function withOtherFaults(
  { table, settings, logger }: IncidentParts,
  incident: Incident,
  now: number,
): Promise<Incident | undefined> {
  if (!isGoingOn(incident) || incident.known === undefined) return incident;
  const { scope, windowMs } = incident;
  const since = Math.max(0, faultsSince(now, windowMs));
  const recent = await newestCrashes(table, scope, since, RECENT_MAX);
  const { crashesToOpen } = settings;
  if (faultsAfter(incident, recent, now, crashesToOpen) === undefined) return incident;
  const updated = await changeIncident(table, incident, (current) => {
    const faults = faultsAfter(current, recent, now, crashesToOpen);
    return isGoingOn(current) && faults !== undefined ? { ...current, ...faults } : undefined;
  });
  const { others: before = [], number } = incident;
  for (const { fault, crashes } of updated?.others?.slice(before.length) ?? []) {
    logger.error('another fault', { scope, incident: number, fault, crashes });
  }
  return updated;
}

/** After an incident was resolved by quiet, checks that quiet again. Marked, so a death repeats it. */
async function lookAgain(parts: IncidentParts, incident: Incident, owner: string, tally: Tally) {
  const since = incident.resolved?.quietSince;
  if (since === undefined || !isLookDue(incident)) return incident;
  await openAfterQuiet(parts, incident, since + 1, owner, tally);
  return changeIncident(parts.table, incident, (current) => ({
    ...current,
    done: { ...current.done, [LOOKED_AGAIN]: parts.now() },
  }));
}

async function isQuietNow(
  { table, settings }: IncidentParts,
  incident: Incident,
  now: number,
): Promise<boolean> {
  const since = Math.max(0, crashesNeededSince(now, settings));
  const enough = crashesNeeded(settings);
  const newest = await newestCrashes(table, incident.scope, since, enough);
  return isOver(incident, newest, now, settings);
}
