/**
 * Which patients were erased, and when: one item an erasure, numbered without gaps, so that a reader who
 * has read up to a number misses none. Items are never deleted; they name nobody (core/erasure/erasure.ts).
 */
import { PutCommand, paginateQuery, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { setAll, written } from './conditional-write.ts';
import type { Table } from './handles.ts';

const PK = 'erasures';
/** Partition of items that say by keyed hash which rows and entries were erased. */
const ERASED = 'erased';
const DIGITS = 10;
const sortKey = (number: number) => String(number).padStart(DIGITS, '0');

const recordSchema = z.object({
  number: z.number(),
  patient: z.string(),
  source: z.string(),
  at: z.number(),
  shared: z.enum(['erase', 'keep']),
  by: z.string(),
  reason: z.string(),
  /** Epoch ms when everything was erased. Absent while it is in progress. */
  endedAt: z.number().optional(),
});
export type ErasureRecord = z.infer<typeof recordSchema>;

/** The erasures after a number, in order. Read consistently. */
export async function readErasures(table: Table, after = 0): Promise<ErasureRecord[]> {
  const found: ErasureRecord[] = [];
  const pages = paginateQuery(
    { client: table.dynamo },
    {
      TableName: table.name,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk > :after',
      ExpressionAttributeValues: { ':pk': PK, ':after': sortKey(after) },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) found.push(recordSchema.parse(item));
  }
  return found;
}

/** Records an erasure under the next number. Two at once get two numbers. */
export async function recordErasure(
  table: Table,
  erasure: Omit<ErasureRecord, 'number' | 'endedAt'>,
): Promise<ErasureRecord> {
  for (;;) {
    const number = (await lastNumber(table)) + 1;
    const record = { ...erasure, number };
    const put = new PutCommand({
      TableName: table.name,
      Item: { pk: PK, sk: sortKey(number), ...record },
      // It is this very one if the SDK tried again after a lost answer.
      ConditionExpression: 'attribute_not_exists(pk) OR (patient = :patient AND #at = :at)',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':patient': erasure.patient, ':at': erasure.at },
    });
    if (await written(table.dynamo.send(put))) return record;
  }
}

/**
 * Records which row, entry or object an erasure removes, before it does: its body will be gone when a backup
 * is restored, or a message asks for it.
 */
export async function noteErased(table: Table, keyHash: string, number: number): Promise<void> {
  await table.dynamo.send(
    new PutCommand({ TableName: table.name, Item: { pk: ERASED, sk: keyHash, number } }),
  );
}

/** The number of the erasure that noted it last, by the keyed hash of its key. */
export async function readErasedBy(table: Table, keyHash: string): Promise<number | undefined> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: { ':pk': ERASED, ':sk': keyHash },
    }),
  );
  return Items.map(({ number }) => Number(number))[0];
}

/** The number of the erasure that removed each row and entry, by the keyed hash of its key. */
export async function readErased(table: Table): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const pages = paginateQuery(
    { client: table.dynamo },
    {
      TableName: table.name,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': ERASED },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const { sk, number } of Items) found.set(String(sk), Number(number));
  }
  return found;
}

/** Records that all of it is erased. */
export async function endErasure(table: Table, number: number, endedAt: number): Promise<void> {
  const set = setAll({ endedAt });
  await table.dynamo.send(
    new UpdateCommand({
      TableName: table.name,
      Key: { pk: PK, sk: sortKey(number) },
      UpdateExpression: set.expression,
      ExpressionAttributeNames: set.names,
      ExpressionAttributeValues: set.values,
    }),
  );
}

async function lastNumber(table: Table): Promise<number> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: 1,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': PK },
    }),
  );
  return Items.map((item) => recordSchema.parse(item).number)[0] ?? 0;
}
