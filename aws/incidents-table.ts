/** Incidents, in the partition of their scope, and by phase for those that are not finished. */
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Incident } from '../core/incident/incident.ts';
import { isFinished } from '../core/incident/incident-steps.ts';
import { laneSchema } from '../core/message/messages.ts';
import { CRASH_KINDS } from '../core/message/verdict.ts';
import type { Table } from './handles.ts';
import { PHASE_INDEX } from './incidents-index-names.ts';
import { receiptsSchema, saveVersioned, type VersionedTable } from './versioned-item.ts';

/** Other writers were faster too often; the batch comes again, an operator tries again. */
export class IncidentContended extends Error {
  override readonly name = 'IncidentContended';
}

/** The place of an incident in the index: does anything remain to be done? */
type Phase = 'unfinished' | 'finished';

const NUMBER_DIGITS = 6;
const TRIES_MAX = 5;

const saidSchema = z.object({ at: z.number(), by: z.string(), why: z.string() });
const spentSchema = z.object({
  incident: z.int(),
  resolvedAt: z.number(),
  quietSince: z.number().optional(),
});

/** Fields that records of older versions lack have defaults. */
const incidentSchema = z.object({
  scope: z.string(),
  number: z.int(),
  status: z.enum(['open', 'acknowledged', 'resolved']),
  cause: z.enum(['crashes', 'escalation']).default('crashes'),
  why: z.string().optional(),
  openedAt: z.number(),
  windowMs: z.number().default(300_000),
  countedAt: z.number().default(0),
  spent: spentSchema.optional(),
  known: z.array(z.string()).optional(),
  others: z
    .array(
      z.object({
        fault: z.string(),
        kind: z.enum(CRASH_KINDS),
        crashes: z.number(),
        firstCrashAt: z.number(),
        lastCrashAt: z.number(),
        at: z.number(),
      }),
    )
    .optional(),
  crashes: z.number(),
  more: z.boolean().default(false),
  messages: z.number().default(0),
  kinds: z.partialRecord(z.enum(CRASH_KINDS), z.number()),
  fingerprints: z.array(z.object({ fingerprint: z.string(), crashes: z.number() })).default([]),
  lanes: z.array(laneSchema).default([]),
  firstCrashAt: z.number(),
  lastCrashAt: z.number(),
  clocks: z
    .object({ hipaaNoticeBy: z.string(), anpdNoticeBy: z.string() })
    .default({ hipaaNoticeBy: '', anpdNoticeBy: '' }),
  acknowledged: saidSchema.optional(),
  resolved: saidSchema.extend({ quietSince: z.number().optional() }).optional(),
  done: z.record(z.string(), z.number()).default({}),
  held: z.object({ by: z.string(), until: z.number() }).optional(),
  version: z.number(),
  receipts: receiptsSchema,
});

export type IncidentId = Pick<Incident, 'scope' | 'number'>;

/** The latest incident of a scope, whatever its status, read consistently. */
export async function latestIncident(table: Table, scope: string): Promise<Incident | undefined> {
  const { Items } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :scope AND begins_with(sk, :incident)',
      ExpressionAttributeValues: { ':scope': scope, ':incident': 'incident#' },
      ScanIndexForward: false,
      Limit: 1,
    }),
  );
  return Items?.[0] === undefined ? undefined : incidentSchema.parse(Items[0]);
}

/** One incident, read consistently. */
export async function readIncident(table: Table, id: IncidentId): Promise<Incident | undefined> {
  const { Item } = await table.dynamo.send(
    new GetCommand({ TableName: table.name, ConsistentRead: true, Key: keyOf(id) }),
  );
  return Item === undefined ? undefined : incidentSchema.parse(Item);
}

/** Incidents of a phase, the latest first. An index is a moment behind its table. */
export async function incidentsIn(
  table: Table,
  phase: Phase,
  limit: number,
): Promise<IncidentId[]> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: PHASE_INDEX,
      KeyConditionExpression: 'phase = :phase',
      ExpressionAttributeValues: { ':phase': phase },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return Items.map(({ pk, sk }) => ({ scope: String(pk), number: Number(String(sk).slice(9)) }));
}

/** Saves an incident if nobody has saved the same version; false otherwise. */
export function saveIncident(
  table: VersionedTable,
  incident: Incident,
  token?: string,
): Promise<boolean> {
  const phase: Phase = isFinished(incident) ? 'finished' : 'unfinished';
  const item = { ...incident, phase };
  return saveVersioned(table, keyOf(incident), item, token);
}

/**
 * Changes an incident, also while others change it. The change is applied to `incident` or, if that
 * is not the newest version, to the newest one. Returns undefined if the change returns nothing any
 * more.
 * @throws IncidentContended
 */
export async function changeIncident(
  table: VersionedTable,
  incident: Incident,
  change: (current: Incident) => Incident | undefined,
  token?: string,
): Promise<Incident | undefined> {
  let current: Incident | undefined = incident;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const changed: Incident | undefined = current && change(current);
    if (current === undefined || changed === undefined) return undefined;
    const next = { ...changed, version: current.version + 1 };
    if (await saveIncident(table, next, token)) return next;
    current = await readIncident(table, incident);
  }
  throw new IncidentContended(`${incident.scope}: ${TRIES_MAX} conflicts`);
}

function keyOf({ scope, number }: IncidentId): { pk: string; sk: string } {
  return { pk: scope, sk: `incident#${String(number).padStart(NUMBER_DIGITS, '0')}` };
}
