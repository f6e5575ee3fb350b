import { sqs } from '../../aws/clients.ts';
import { wakeIncident } from '../../aws/incident-queue.ts';
import { changeIncident, type IncidentId, readIncident } from '../../aws/incidents-table.ts';
import { type Incident, incidentKey, type Said } from '../../core/incident/incident.ts';
import { acknowledge, resolve } from '../../core/incident/incident-course.ts';
import { findQueue, TargetError } from '../target.ts';
import { tableOf, upToDate } from './read.ts';

const WORDS = { acknowledge, resolve };

/**
 * Makes an operator's word the state of an incident. The function `incident` tells of it, woken at
 * once; were it not, within a minute. @throws TargetError where it cannot be said of the incident
 */
export async function sayOf(
  stage: string,
  id: IncidentId,
  word: keyof typeof WORDS,
  said: Said,
): Promise<Incident> {
  const table = tableOf(stage);
  const before = await readIncident(table, id);
  let refusal: string | undefined;
  const after =
    before &&
    (await changeIncident(table, before, (current) => {
      const changed = WORDS[word](current, said);
      if (typeof changed !== 'string') return changed;
      refusal = changed;
      return undefined;
    }));
  if (after === undefined) {
    throw new TargetError(`incident ${incidentKey(id)}: ${refusal ?? `there is none in ${stage}`}`);
  }
  await wakeIncident(await findQueue(sqs, `fhir-failsafe-${stage}-incident`));
  // The record is as old as its last count; list and show count anew as well.
  return upToDate(table, after);
}
