/** The Supervision table: one item for each node of the tree to which something has happened. */
import { GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { auditFactSchema } from '../core/audit/audit-fact.ts';
import { escalationSchema } from '../core/message/messages.ts';
import {
  type Effect,
  HOLDERS,
  type Supervised,
  untouched,
} from '../core/supervision/supervised-state.ts';
import type { Table } from './handles.ts';
import { receiptsSchema, saveVersioned, type VersionedTable } from './versioned-item.ts';

const restartSchema = z.object({
  id: z.string(),
  at: z.number(),
  environment: z.string().optional(),
  requestId: z.string().optional(),
});
const effectSchema: z.ZodType<Effect> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('end'),
    child: z.string(),
    order: z.object({ at: z.number(), why: z.string() }),
  }),
  z.object({
    kind: z.literal('restart'),
    supervisor: z.string(),
    of: z.string(),
    restart: restartSchema,
    why: z.string(),
  }),
  z.object({ kind: z.literal('escalation'), escalation: escalationSchema }),
  z.object({ kind: z.literal('audit'), fact: auditFactSchema }),
]);
const supervisedSchema = z.object({
  name: z.string(),
  version: z.int(),
  restarts: z.array(restartSchema),
  spentUntil: z.number(),
  holds: z.partialRecord(
    z.enum(HOLDERS),
    z.object({ since: z.number(), why: z.string(), by: z.string() }),
  ),
  confirmed: z.boolean(),
  wakeAt: z.number(),
  probe: z.object({ id: z.string(), until: z.number() }).optional(),
  setbacks: z.int(),
  ramp: z.object({ step: z.int(), at: z.number() }).optional(),
  breakerSince: z.number().optional(),
  outbox: z.array(effectSchema),
  receipts: receiptsSchema,
});

/** The current state of the node, read consistently. */
export async function loadSupervised(table: Table, name: string): Promise<Supervised> {
  const { Item } = await table.dynamo.send(
    new GetCommand({ TableName: table.name, Key: { pk: name }, ConsistentRead: true }),
  );
  return Item === undefined ? untouched(name) : supervisedSchema.parse(Item);
}

/** All nodes to which something has happened, read consistently. It reads the whole table, which is small. */
export async function allSupervised(table: Table): Promise<Supervised[]> {
  const found: Supervised[] = [];
  const pages = paginateScan(
    { client: table.dynamo },
    { TableName: table.name, ConsistentRead: true },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) found.push(supervisedSchema.parse(item));
  }
  return found;
}

/** Saves if nobody has saved since `state.version - 1` was read; false otherwise. */
export function saveSupervised(
  table: VersionedTable,
  state: Supervised,
  token?: string,
): Promise<boolean> {
  return saveVersioned(table, { pk: state.name }, state, token);
}
