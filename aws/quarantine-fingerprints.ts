/** Finds the entries of Quarantine with a fingerprint, by the index. */
import { hash } from 'node:crypto';
import { paginateQuery, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { written } from './conditional-write.ts';
import type { Table } from './handles.ts';
import { FINGERPRINT_INDEX } from './quarantine-index-names.ts';

/** A partition accepts a thousand writes a second: this many thousand equal failures. */
const SHARDS = 16;

const foundSchema = z.object({ pk: z.string(), quarantinedAt: z.number() });
type Found = z.infer<typeof foundSchema>;

/** The key of the index under which an entry is found. */
export function fingerprintShard(fingerprint: string, entryId: string): string {
  const number = hash('sha256', entryId, 'buffer').readUInt16BE(0);
  return shardName(fingerprint, number % SHARDS);
}

const shardName = (fingerprint: string, shard: number) => `${fingerprint}#${shard}`;

/**
 * Ids of the entries of a fingerprint, oldest first; the index may lag behind by a moment. If it has none,
 * entries of older versions are searched, which are not in the index.
 */
export async function* idsOfFingerprint(table: Table, fingerprint: string): AsyncGenerator<string> {
  let found = false;
  for await (const id of indexedIds(table, fingerprint)) {
    found = true;
    yield id;
  }
  if (found) return;
  for await (const entry of formerEntries(table)) {
    if (entry.fingerprint === fingerprint) yield entry.pk;
  }
}

async function* indexedIds(table: Table, fingerprint: string): AsyncGenerator<string> {
  const shards = Array.from({ length: SHARDS }, (_, shard) =>
    entriesIn(table, shardName(fingerprint, shard)),
  );
  const heads = new Map<AsyncGenerator<Found>, Found>();
  const advance = async (shard: AsyncGenerator<Found>) => {
    const { value, done } = await shard.next();
    if (done) heads.delete(shard);
    else heads.set(shard, value);
  };
  await Promise.all(shards.map(advance));
  while (heads.size > 0) {
    const oldest = [...heads].reduce((a, b) => (b[1].quarantinedAt < a[1].quarantinedAt ? b : a));
    yield oldest[1].pk;
    await advance(oldest[0]);
  }
}

async function* entriesIn(table: Table, shard: string): AsyncGenerator<Found> {
  const pages = paginateQuery(
    { client: table.dynamo },
    {
      TableName: table.name,
      IndexName: FINGERPRINT_INDEX,
      KeyConditionExpression: 'fingerprintShard = :shard',
      ExpressionAttributeValues: { ':shard': shard },
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) yield foundSchema.parse(item);
  }
}

/**
 * Adds entries of older versions to the index, which have no key for it. Reads the whole table. Returns how
 * many there were; after an interruption it continues.
 */
export async function indexFormerEntries(table: Table): Promise<number> {
  let indexed = 0;
  for await (const { pk, fingerprint } of formerEntries(table)) {
    const update = new UpdateCommand({
      TableName: table.name,
      Key: { pk },
      UpdateExpression: 'SET fingerprintShard = :shard',
      ConditionExpression: 'fingerprint = :fingerprint',
      ExpressionAttributeValues: {
        ':shard': fingerprintShard(fingerprint, pk),
        ':fingerprint': fingerprint,
      },
    });
    if (await written(table.dynamo.send(update))) indexed += 1;
  }
  return indexed;
}

const formerSchema = z.object({ pk: z.string(), fingerprint: z.string() });

/** Entries without a key of the index. Reads the whole table. */
async function* formerEntries(table: Table): AsyncGenerator<z.infer<typeof formerSchema>> {
  const pages = paginateScan(
    { client: table.dynamo },
    {
      TableName: table.name,
      FilterExpression: 'attribute_exists(fingerprint) AND attribute_not_exists(fingerprintShard)',
      ProjectionExpression: 'pk, fingerprint',
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) yield formerSchema.parse(item);
  }
}
