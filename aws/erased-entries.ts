/**
 * Removes the content of entries of Quarantine. An entry stays, ended and without content: copies of its
 * message still find that it has an ending (R04).
 */
import { GetCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { QUARANTINE_STATUSES } from '../core/attempt/attempts.ts';
import { claimCheckSchema } from '../core/message/messages.ts';
import { setAll, written } from './conditional-write.ts';
import { erasableRow } from './erasable-row.ts';
import { removeAll } from './expressions.ts';
import type { Table } from './handles.ts';

const s3Schema = claimCheckSchema.shape.s3;

const entrySchema = z.object({
  pk: z.string(),
  status: z.enum(QUARANTINE_STATUSES),
  source: z.string(),
  claims: z.object({ source: z.string().optional() }).optional(),
  sentAt: z.number(),
  quarantinedAt: z.number().optional(),
  body: z.string().optional(),
  bodyS3: s3Schema.optional(),
  original: s3Schema.optional(),
  corrections: z.array(z.object({ bodyS3: s3Schema })).optional(),
  outcome: z.string().optional(),
  delivery: z.object({ pk: z.string(), submissionOrder: z.string() }).optional(),
  rounds: z.array(z.looseObject({ reason: z.string() })).optional(),
  erasure: z.number().optional(),
});
export type ErasableEntry = z.infer<typeof entrySchema>;

/** A file may be named after a person, and a reason names properties that a producer chose. */
const CONTENT = ['body', 'bodyS3', 'original', 'corrections', 'outcome', 'file', 'pinned'];
const ERASED = 'erased';

/** Every entry; reads the whole table, consistently. */
export async function* erasableEntries(table: Table): AsyncGenerator<ErasableEntry, void> {
  for await (const { Items = [] } of paginateScan(
    { client: table.dynamo },
    { TableName: table.name, ConsistentRead: true },
  )) {
    for (const item of Items) yield erasableRow(entrySchema, item, item['pk'], table);
  }
}

export async function readErasable(table: Table, pk: string): Promise<ErasableEntry | undefined> {
  const { Item } = await table.dynamo.send(
    new GetCommand({ TableName: table.name, Key: { pk }, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : entrySchema.parse(Item);
}

export interface ErasureMark {
  readonly erasure: number;
  readonly at: number;
  readonly by: string;
  readonly why: string;
}

/**
 * False if it has changed since it was read. What is quarantined is discarded. The message of an entry in
 * isolation, or redriven, is on its way and ends it (R04).
 */
export function eraseEntry(
  table: Table,
  { pk, status, quarantinedAt, rounds, delivery }: ErasableEntry,
  { erasure, at, by, why }: ErasureMark,
): Promise<boolean> {
  // A row without content is never delivered again.
  const isLeft = status === 'quarantined' || (status === 'redriven' && delivery !== undefined);
  const set = setAll({
    erasure,
    erasedAt: at,
    reason: ERASED,
    ...(rounds !== undefined && { rounds: rounds.map((each) => ({ ...each, reason: ERASED })) }),
    ...(isLeft && { status: 'discarded', discard: { at, by, why } }),
  });
  const gone = removeAll(CONTENT);
  const asRead =
    quarantinedAt === undefined
      ? 'attribute_not_exists(quarantinedAt)'
      : 'quarantinedAt = :quarantinedAt';
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk },
    UpdateExpression: `${set.expression} ${gone.expression}`,
    // Or it is this very write, whose answer the SDK did not get.
    ConditionExpression: `(#was = :was AND ${asRead}) OR (#erasure = :erasure AND #erasedAt = :erasedAt)`,
    ExpressionAttributeNames: { ...set.names, ...gone.names, '#was': 'status' },
    ExpressionAttributeValues: {
      ...set.values,
      ':was': status,
      ...(quarantinedAt !== undefined && { ':quarantinedAt': quarantinedAt }),
    },
  });
  return written(table.dynamo.send(update));
}
