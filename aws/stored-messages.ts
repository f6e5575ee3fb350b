/** Finds a resource in Resources by the message that brought it, for operators and producers. */
import { GetCommand, paginateScan, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { StoredRecord } from '../core/message/message-life.ts';
import { claimCheckSchema, laneSchema, type Origin } from '../core/message/messages.ts';
import type { Identity } from '../core/message/verdict.ts';
import type { PlacedBody } from './bodies-bucket.ts';
import { equalTo, projectionOf } from './expressions.ts';
import type { Table } from './handles.ts';
import { textSchema } from './packed-text.ts';
import { MESSAGE_INDEX } from './resources-index-names.ts';

const storedSchema = z.object({
  pk: z.string(),
  messageId: z.string(),
  submissionOrder: z.string(),
  sentAt: z.number(),
  source: z.string(),
  lane: laneSchema.default('background'),
  file: z.string().optional(),
  line: z.number().optional(),
  correlationId: z.string().optional(),
  resourceType: z.string(),
  storedAt: z.number(),
  deliveryShard: z.string().optional(),
  deliveredOrder: z.string().optional(),
});
const bodySchema = z.object({
  body: textSchema.optional(),
  bodyS3: claimCheckSchema.shape.s3.optional(),
});

const PROJECTION = projectionOf(Object.keys(storedSchema.shape));

export type StoredMessage = StoredRecord & { readonly pk: string };

/** Whether the message's resource is the current one; the index follows within a second. */
export async function isCurrent(table: Table, messageId: string): Promise<boolean> {
  return (await keyOf(table, messageId)) !== undefined;
}

/** The message's resource without its body; undefined if it is not the current one. */
export async function storedBy(
  table: Table,
  messageId: string,
): Promise<StoredMessage | undefined> {
  const pk = await keyOf(table, messageId);
  return pk === undefined ? undefined : storedAt(table, pk, messageId);
}

/** The same, if the key is known; read consistently. */
export async function storedAt(
  table: Table,
  pk: string,
  messageId: string,
): Promise<StoredMessage | undefined> {
  const get = { TableName: table.name, Key: { pk }, ConsistentRead: true, ...PROJECTION };
  const { Item } = await table.dynamo.send(new GetCommand(get));
  // A newer submission may have replaced it since the index was written.
  return Item?.['messageId'] === messageId ? recordOf(Item) : undefined;
}

/** Type and id of the message's current resource, for {@link storedRow}, which reads consistently. */
export async function identityStoredBy(
  table: Table,
  { source, messageId }: Pick<Origin, 'source' | 'messageId'>,
): Promise<Identity | undefined> {
  const pk = await keyOf(table, messageId);
  if (pk?.startsWith(`${source}#`) !== true) return undefined;
  const [, resourceType, id] = /^([^#]*)#(.*)$/s.exec(pk.slice(source.length + 1)) ?? [];
  return resourceType === undefined || id === undefined ? undefined : { resourceType, id };
}

async function keyOf(table: Table, messageId: string): Promise<string | undefined> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: MESSAGE_INDEX,
      KeyConditionExpression: 'messageId = :id',
      ExpressionAttributeValues: { ':id': messageId },
    }),
  );
  return Items[0]?.['pk'];
}

/** Where the body is stored; undefined if the resource is gone. */
export async function bodyOfStored(table: Table, pk: string): Promise<PlacedBody | undefined> {
  const get = { TableName: table.name, Key: { pk }, ConsistentRead: true };
  const { Item } = await table.dynamo.send(new GetCommand(get));
  const { body, bodyS3 } = bodySchema.parse(Item ?? {});
  if (body !== undefined) return { body };
  return bodyS3 === undefined ? undefined : { bodyS3 };
}

/** By attributes from the producer. There is no index for it, so it reads the whole table. */
export async function* storedSaying(
  table: Table,
  said: Readonly<Record<string, string | number>>,
): AsyncGenerator<StoredMessage> {
  const filter = equalTo(said);
  const pages = paginateScan(
    { client: table.dynamo },
    {
      TableName: table.name,
      ...PROJECTION,
      ...filter,
      ExpressionAttributeNames: {
        ...PROJECTION.ExpressionAttributeNames,
        ...filter.ExpressionAttributeNames,
      },
    },
  );
  for await (const { Items = [] } of pages) for (const item of Items) yield recordOf(item);
}

function recordOf(item: unknown): StoredMessage {
  const { submissionOrder, deliveryShard, deliveredOrder, ...record } = storedSchema.parse(item);
  if (deliveryShard !== undefined) return { ...record, delivery: 'pending' };
  if (deliveredOrder === submissionOrder) return { ...record, delivery: 'delivered' };
  return record;
}
