import { wakeIncident } from '../../aws/incident-queue.ts';
import { changeIncident, type IncidentId, readIncident } from '../../aws/incidents-table.ts';
import { isSaved, type VersionedTable } from '../../aws/versioned-item.ts';
import { type Incident, incidentKey, type Said } from '../../core/incident/incident.ts';
import { acknowledge, type Refusal, resolve } from '../../core/incident/incident-lifecycle.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { type Desk, HERE, queueAt } from '../clients.ts';
import { findQueue, TargetError } from '../target.ts';
import { untilWritten } from '../until-written.ts';
import { tableOf, upToDate } from './read.ts';

const WORDS = { acknowledge, resolve };

/**
 * Applies an operator's command to an incident. The function `incident` performs the following
 * steps: it is woken at once, and otherwise acts within a minute. @throws TargetError if the
 * command is not possible for the incident
 */
export async function sayOf(
  stage: string,
  id: IncidentId,
  word: keyof typeof WORDS,
  said: Said,
  desk: Desk = HERE,
): Promise<Incident> {
  const table = tableOf(stage, desk);
  const token = desk.randomId();
  const after = await untilWritten(() =>
    save({ stage, table }, id, (current) => WORDS[word](current, said), token),
  );
  const queueUrl = await findQueue(desk.sqs, resourceName(stage, 'incident'));
  await wakeIncident(queueAt(queueUrl, desk));
  // The record is as old as its last count; list and show count again as well.
  return upToDate(table, after);
}

type Decide = (current: Incident) => Incident | Refusal;

/** A save that met an error may stand: its token shows that. */
async function save(
  { stage, table }: { readonly stage: string; readonly table: VersionedTable },
  id: IncidentId,
  decide: Decide,
  token: string,
): Promise<Incident> {
  const before = await readIncident(table, id);
  if (before !== undefined && isSaved(before, token)) return before;
  let refusal: string = `there is none in ${stage}`;
  const change = (current: Incident) => {
    const changed = decide(current);
    if (typeof changed !== 'string') return changed;
    refusal = changed;
    return undefined;
  };
  const after = before && (await changeIncident(table, before, change, token));
  if (after === undefined) throw new TargetError(`incident ${incidentKey(id)}: ${refusal}`);
  return after;
}
