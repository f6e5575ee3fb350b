import type { Table } from '../../aws/handles.ts';
import {
  type IncidentId,
  incidentsIn,
  latestIncident,
  readIncident,
} from '../../aws/incidents-table.ts';
import { mergeEvidence } from '../../core/attempt/evidence.ts';
import { type Incident, incidentKey } from '../../core/incident/incident.ts';
import { countAnew } from '../../functions/incident/count-anew.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { type Desk, HERE, tableNamed } from '../clients.ts';
import { TargetError } from '../target.ts';

const LISTED_MAX = 50;

export const tableOf = (stage: string, desk: Desk = HERE) =>
  tableNamed(resourceName(stage, 'incidents'), desk);

/** Unfinished incidents, and if requested the latest finished ones, with their counts as of now. */
export async function readIncidents(stage: string, all: boolean): Promise<Incident[]> {
  const table = tableOf(stage);
  const unfinished = await incidentsIn(table, 'unfinished', LISTED_MAX);
  const finished = all ? await incidentsIn(table, 'finished', LISTED_MAX) : [];
  const incidents: Incident[] = [];
  for (const id of [...unfinished, ...finished]) {
    const incident = await readIncident(table, id);
    if (incident !== undefined) incidents.push(await upToDate(table, incident));
  }
  return incidents.sort((a, b) => b.openedAt - a.openedAt);
}

/** One, with its count as of now. @throws TargetError if it does not exist */
export async function readOne(stage: string, id: IncidentId): Promise<Incident> {
  const incident = await readIncident(tableOf(stage), id);
  if (incident === undefined) {
    throw new TargetError(`no incident ${incidentKey(id)} in ${stage}; see incident list --all`);
  }
  return upToDate(tableOf(stage), incident);
}

/**
 * The record of an open incident is as old as its last count. Crashes reported late also join the scope's
 * latest incident after it was resolved; those reported after the next one opened may belong to that one.
 */
export async function upToDate(table: Table, incident: Incident): Promise<Incident> {
  if (incident.cause !== 'crashes') return incident;
  const goesOn = incident.status !== 'resolved';
  const latest = goesOn ? incident : await latestIncident(table, incident.scope);
  if (latest?.number !== incident.number) return incident;
  return { ...incident, ...mergeEvidence(incident, await countAnew(table, incident)) };
}
