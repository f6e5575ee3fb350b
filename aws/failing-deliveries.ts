/** What the FHIR server has not accepted for a while, for operators. */
import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { DELIVERY_SHARDS, shardName } from '../core/delivery/delivery-meaning.ts';
import { splitList } from '../core/message/split-list.ts';
import type { Table } from './handles.ts';
import { PENDING_INDEX } from './resources-index-names.ts';

const BATCH = 100;

const failingSchema = z.object({
  messageId: z.string(),
  source: z.string(),
  resourceType: z.string(),
  deliveryFailures: z.object({ count: z.number(), since: z.number(), status: z.number() }),
});
export type FailingDelivery = z.infer<typeof failingSchema>;

export interface FailingDeliveries {
  /** Oldest failure first. */
  readonly failing: readonly FailingDelivery[];
  /** How many pending ones were read. */
  readonly pending: number;
  /** There are more. */
  readonly more: boolean;
}

/**
 * Of at most `max` pending deliveries, those whose trigger is due first: the ones that have been
 * failing since before then.
 */
export async function failingDeliveries(
  table: Table,
  since: number,
  max: number,
): Promise<FailingDeliveries> {
  const limit = Math.ceil(max / DELIVERY_SHARDS);
  const shards = await Promise.all(
    Array.from({ length: DELIVERY_SHARDS }, (_, n) => pendingOf(table, shardName(n), limit)),
  );
  const keys = shards.flatMap((shard) => shard.keys);
  const failing: FailingDelivery[] = [];
  for (const some of splitList(keys, BATCH)) {
    for (const item of await itemsOf(table, some)) {
      const parsed = failingSchema.safeParse(item).data;
      if (parsed !== undefined && parsed.deliveryFailures.since <= since) failing.push(parsed);
    }
  }
  failing.sort((a, b) => a.deliveryFailures.since - b.deliveryFailures.since);
  return { failing, pending: keys.length, more: shards.some((shard) => shard.more) };
}

async function pendingOf(table: Table, shard: string, limit: number) {
  const { Items = [], LastEvaluatedKey } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: PENDING_INDEX,
      KeyConditionExpression: 'deliveryShard = :shard',
      ExpressionAttributeValues: { ':shard': shard },
      Limit: limit,
    }),
  );
  return { keys: Items.map((item) => String(item['pk'])), more: LastEvaluatedKey !== undefined };
}

/** Without the submitted resource: an operator needs the calls, not the patients (R08). */
async function itemsOf(table: Table, keys: readonly string[]): Promise<unknown[]> {
  const items: unknown[] = [];
  let wanted = keys.map((pk) => ({ pk }));
  while (wanted.length > 0) {
    const { Responses = {}, UnprocessedKeys = {} } = await table.dynamo.send(
      new BatchGetCommand({
        RequestItems: {
          [table.name]: {
            Keys: wanted,
            ProjectionExpression: 'messageId, #source, resourceType, deliveryFailures',
            ExpressionAttributeNames: { '#source': 'source' },
          },
        },
      }),
    );
    items.push(...(Responses[table.name] ?? []));
    wanted = (UnprocessedKeys[table.name]?.Keys ?? []) as { pk: string }[];
  }
  return items;
}
