/**
 * What of Resources is still to be delivered. The mark is two attributes that are there only while
 * something is pending, and make a sparse index: a shard, and when a trigger is due to be sent anew.
 *
 * A delivery runs under a lease on its item, so that of two versions the older is never sent after
 * the newer: a newer one that is stored meanwhile keeps the lease, and waits for it.
 */
import { createHash } from 'node:crypto';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { type Failures, shardName } from '../../core/delivery.ts';
import { claimCheckSchema, laneSchema, traceContextSchema } from '../../core/messages.ts';
import { dynamo } from './clients.ts';
import { written } from './conditional-write.ts';
import { PENDING_INDEX } from './resources-indexes.ts';

const FREE = '(attribute_not_exists(deliveryLease) OR deliveryLease.#until <= :now)';
const PENDING = 'attribute_exists(deliveryShard)';
const OURS = 'deliveryLease.#owner = :owner';
const DAY_MS = 24 * 3_600_000;
/** Half of what a queue keeps a message: a trigger that was lost is sent anew well before. */
const RESEND_AFTER_MS = 7 * DAY_MS;

/** The mark of something new that is pending. */
export function pendingFields(pk: string, now: number) {
  const hash = createHash('sha256').update(pk).digest().readUInt16BE(0);
  return { deliveryShard: shardName(hash), deliveryDueAt: now + RESEND_AFTER_MS };
}

const itemSchema = z.object({
  pk: z.string(),
  submissionOrder: z.string(),
  messageId: z.string(),
  source: z.string(),
  sentAt: z.number(),
  file: z.string().optional(),
  line: z.number().optional(),
  correlationId: z.string().optional(),
  trace: traceContextSchema.optional(),
  lane: laneSchema.default('background'),
  resourceType: z.string(),
  resourceId: z.string().optional(),
  body: z.string().optional(),
  bodyS3: claimCheckSchema.shape.s3.optional(),
  deliveryLease: z.object({ owner: z.string(), until: z.number() }).optional(),
  deliveryFailures: z.object({ generation: z.number(), count: z.number() }).optional(),
  deliveryUnconfirmed: z.boolean().optional(),
  deliveredVersion: z.string().optional(),
  /** The Quarantine entry that waits for this delivery, for an operator had it sent anew. */
  deliveryRedriven: z.string().optional(),
});
/** What is pending, as it was when the lease was taken. */
export type PendingResource = z.infer<typeof itemSchema>;

export type Taken =
  | { readonly kind: 'taken'; readonly resource: PendingResource }
  | { readonly kind: 'nothing pending' }
  | { readonly kind: 'leased'; readonly until: number };

/** Takes the lease on what is pending. */
export async function takeDelivery(
  table: string,
  pk: string,
  lease: { readonly owner: string; readonly until: number },
  now: number,
): Promise<Taken> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { pk },
    UpdateExpression: 'SET deliveryLease = :lease',
    ConditionExpression: `${PENDING} AND ${FREE}`,
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':lease': lease, ':now': now },
    ReturnValues: 'ALL_OLD',
  });
  let old: Record<string, unknown> | undefined;
  const took = await written(
    dynamo.send(update).then(({ Attributes }) => {
      old = Attributes;
    }),
  );
  if (took) return { kind: 'taken', resource: itemSchema.parse(old) };
  const { Item } = await dynamo.send(
    new GetCommand({ TableName: table, Key: { pk }, ConsistentRead: true }),
  );
  if (Item?.['deliveryShard'] === undefined) return { kind: 'nothing pending' };
  return { kind: 'leased', until: itemSchema.parse(Item).deliveryLease?.until ?? now };
}

/** The server has it. False where a newer version was stored meanwhile: that is pending still. */
export async function finishDelivery(
  table: string,
  { pk, submissionOrder }: PendingResource,
  { owner, version, now }: { owner: string; version: string | undefined; now: number },
): Promise<boolean> {
  const known = version === undefined ? '' : ', deliveredVersion = :version';
  const forget = version === undefined ? ', deliveredVersion' : '';
  const values = { ':owner': owner, ...(version !== undefined && { ':version': version }) };
  const update = new UpdateCommand({
    TableName: table,
    Key: { pk },
    UpdateExpression: `SET deliveredAt = :now, deliveredOrder = :order${known} REMOVE deliveryShard, deliveryDueAt, deliveryLease, deliveryFailures, deliveryUnconfirmed, deliveryRedriven${forget}`,
    ConditionExpression: `${OURS} AND submissionOrder = :order`,
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ...values, ':now': now, ':order': submissionOrder },
  });
  if (await written(dynamo.send(update))) return true;
  await written(
    dynamo.send(
      new UpdateCommand({
        TableName: table,
        Key: { pk },
        UpdateExpression: `SET deliveredOrder = :order${known} REMOVE deliveryLease${forget}`,
        ConditionExpression: OURS,
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ...values, ':order': submissionOrder },
      }),
    ),
  );
  return false;
}

/** Gives the lease back. A call that was made may have reached the server: its version is unknown. */
export async function releaseDelivery(
  table: string,
  pk: string,
  owner: string,
  called?: { readonly failures: Failures | undefined },
): Promise<void> {
  const failures = called?.failures;
  const set = called
    ? `SET deliveryUnconfirmed = :true${failures ? ', deliveryFailures = :failures' : ''} `
    : '';
  const update = new UpdateCommand({
    TableName: table,
    Key: { pk },
    UpdateExpression: `${set}REMOVE deliveryLease${called ? ', deliveredVersion' : ''}`,
    ConditionExpression: OURS,
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: {
      ':owner': owner,
      ...(called && { ':true': true }),
      ...(failures && { ':failures': failures }),
    },
  });
  await written(dynamo.send(update));
}

/** The failure is the resource's own: it is pending no more. False where a newer one is. */
export function refuseDelivery(
  table: string,
  { pk, submissionOrder }: PendingResource,
  owner: string,
  reason: string,
): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { pk },
    UpdateExpression:
      'SET deliveryRefused = :reason REMOVE deliveryShard, deliveryDueAt, deliveryLease, deliveryFailures, deliveryRedriven',
    ConditionExpression: `${OURS} AND submissionOrder = :order`,
    ExpressionAttributeNames: { '#owner': 'owner' },
    ExpressionAttributeValues: { ':owner': owner, ':reason': reason, ':order': submissionOrder },
  });
  return written(dynamo.send(update));
}

/** Sets when a trigger is due to be sent anew; false where nothing is pending any more. */
export function setDeliveryDue(table: string, pk: string, dueAt: number): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { pk },
    UpdateExpression: 'SET deliveryDueAt = :dueAt',
    ConditionExpression: PENDING,
    ExpressionAttributeValues: { ':dueAt': dueAt },
  });
  return written(dynamo.send(update));
}

/** A trigger was sent just now: the next is due when this one may be lost. */
export function triggerSent(table: string, pk: string, now: number): Promise<boolean> {
  return setDeliveryDue(table, pk, now + RESEND_AFTER_MS);
}

/** Keys whose trigger is due, of one shard; at most a page of them. */
export async function dueDeliveries(table: string, shard: string, now: number): Promise<string[]> {
  const { Items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: table,
      IndexName: PENDING_INDEX,
      KeyConditionExpression: 'deliveryShard = :shard AND deliveryDueAt <= :now',
      ExpressionAttributeValues: { ':shard': shard, ':now': now },
      Limit: 100,
    }),
  );
  return Items.map((item) => String(item['pk']));
}
