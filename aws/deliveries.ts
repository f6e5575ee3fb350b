/**
 * Deliveries that are pending in Resources. The mark is two attributes that exist only while something is
 * pending, and make a sparse index: a shard, and when a trigger is due to be sent again. delivery-lease.ts
 * has the course of a delivery.
 */
import { hash } from 'node:crypto';
import { GetCommand, QueryCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { shardName } from '../core/delivery/delivery-meaning.ts';
import type { Referred } from '../core/delivery/too-early.ts';
import { claimCheckSchema, laneSchema, traceContextSchema } from '../core/message/messages.ts';
import { written } from './conditional-write.ts';
import type { Table } from './handles.ts';
import { textSchema } from './packed-text.ts';
import { PENDING_INDEX } from './resources-index-names.ts';

export const PENDING = 'attribute_exists(deliveryShard)';
const DAY_MS = 24 * 3_600_000;
/** Half of the time that a queue keeps a message: a lost trigger is sent again well before that. */
const RESEND_AFTER_MS = 7 * DAY_MS;

/** The mark of a new pending delivery. */
export function pendingFields(pk: string, now: number) {
  const number = hash('sha256', pk, 'buffer').readUInt16BE(0);
  return { deliveryShard: shardName(number), deliveryDueAt: now + RESEND_AFTER_MS };
}

const conflictsSchema = z.object({
  /** How many times in a row reading the version did not help. */
  inVain: z.number(),
  /** The version must still be read. */
  isUnread: z.boolean(),
  /** The server has refused a PUT that named no version, perhaps for that. */
  isAskedFor: z.boolean().optional(),
});
/** How often in a row the server held another version than the one named. */
export type Conflicts = z.infer<typeof conflictsSchema>;

export const itemSchema = z.object({
  pk: z.string(),
  submissionOrder: z.string(),
  messageId: z.string(),
  source: z.string(),
  sentAt: z.number(),
  /** Time of the last redrive of the message or the delivery. */
  redrivenAt: z.number().optional(),
  file: z.string().optional(),
  line: z.number().optional(),
  correlationId: z.string().optional(),
  trace: traceContextSchema.optional(),
  lane: laneSchema.default('background'),
  resourceType: z.string(),
  resourceId: z.string().optional(),
  body: textSchema.optional(),
  bodyS3: claimCheckSchema.shape.s3.optional(),
  /** Of a body in the bucket. Items of versions before 0.2.0 have none. */
  bodyBytes: z.number().optional(),
  /** Present while a delivery is pending. */
  deliveryShard: z.string().optional(),
  deliveryLease: z.object({ owner: z.string(), until: z.number() }).optional(),
  /** Items of an older version count differently: they begin again. */
  deliveryFailures: z
    .object({
      count: z.number(),
      own: z.number(),
      since: z.number(),
      status: z.number(),
      refused: z.object({ count: z.number(), since: z.number() }).optional(),
    })
    .optional()
    .catch(undefined),
  deliveryConflicts: conflictsSchema.optional(),
  /** A call was made whose result is not known. */
  deliveryUnconfirmed: z.boolean().optional(),
  /** When no PUT without a version can take effect any more, if there was one of unknown end. */
  deliveryLateUntil: z.number().optional(),
  /** The submission whose PUT the server answered last, and the version that it holds. */
  deliveredOrder: z.string().optional(),
  deliveredVersion: z.string().optional(),
  /** The Quarantine entry that waits for this delivery, if an operator had it sent again. */
  deliveryRedriven: z.string().optional(),
});
/** What is pending, as it was when the lease was taken. */
export type PendingResource = z.infer<typeof itemSchema>;

/** Longer than a delivery waits. A mark that is further away is that of a trigger that was sent. */
const WAIT_MAX_MS = 3_600_000;

/**
 * Sets when a trigger is due to be sent again; false if nothing is pending any more, or somebody else has set a later
 * time. A write may take effect seconds late. If it could bring a former time back, the late mark of a trigger that was
 * sent at that time would hold ({@link triggerSent}), though that trigger is gone, and nothing would come for days.
 */
export function setDeliveryDue(table: Table, pk: string, dueAt: number): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk },
    UpdateExpression: 'SET deliveryDueAt = :dueAt',
    ConditionExpression: 'deliveryDueAt <= :dueAt OR deliveryDueAt > :sent',
    ExpressionAttributeValues: { ':dueAt': dueAt, ':sent': dueAt + WAIT_MAX_MS },
  });
  return written(table.dynamo.send(update));
}

const referredSchema = itemSchema
  .pick({ deliveryShard: true, deliveryFailures: true })
  .extend({ deliveredAt: z.number().optional() });

/** How far what a resource of that source refers to (`Patient/p1`) has come. */
export async function referredState(
  table: Table,
  source: string,
  reference: string,
): Promise<Referred> {
  const get = new GetCommand({
    TableName: table.name,
    Key: { pk: `${source}#${reference.replace('/', '#')}` },
    ProjectionExpression: 'deliveryShard, deliveredAt, deliveryFailures',
    ConsistentRead: true,
  });
  const { Item } = await table.dynamo.send(get);
  if (Item === undefined) return { kind: 'absent' };
  const { deliveryShard, deliveredAt, deliveryFailures } = referredSchema.parse(Item);
  if (deliveryShard === undefined) return { kind: 'settled', deliveredAt };
  return { kind: 'pending', refusedSince: deliveryFailures?.refused?.since };
}

/** A pending delivery whose trigger was due at that time. */
export interface Due {
  readonly pk: string;
  readonly dueAt: number;
}

/**
 * A trigger was sent just now: the next is due when this one may be lost. If `deliver` has had it already, and
 * wants the next one sooner, its word stands.
 */
export function triggerSent(table: Table, { pk, dueAt }: Due, now: number): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk },
    UpdateExpression: 'SET deliveryDueAt = :next',
    ConditionExpression: 'deliveryDueAt = :dueAt',
    ExpressionAttributeValues: { ':next': now + RESEND_AFTER_MS, ':dueAt': dueAt },
  });
  return written(table.dynamo.send(update));
}

const PAGE = 100;

/**
 * All that are due, if one page holds everything that is pending, so that a quiet minute takes one request.
 * Undefined if more is pending.
 */
export async function dueOfFew(table: Table, now: number): Promise<readonly Due[] | undefined> {
  const { Items = [], LastEvaluatedKey } = await table.dynamo.send(
    new ScanCommand({ TableName: table.name, IndexName: PENDING_INDEX, Limit: PAGE }),
  );
  if (LastEvaluatedKey !== undefined) return undefined;
  return Items.map(dueIn).filter(({ dueAt }) => dueAt <= now);
}

interface DuePage {
  readonly due: readonly Due[];
  /** Where the next page begins. Undefined after the last one. */
  readonly next: Readonly<Record<string, unknown>> | undefined;
}

/** A page of those of one shard that are due. */
export async function dueDeliveries(
  table: Table,
  shard: string,
  now: number,
  from?: DuePage['next'],
): Promise<DuePage> {
  const { Items = [], LastEvaluatedKey: next } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: PENDING_INDEX,
      KeyConditionExpression: 'deliveryShard = :shard AND deliveryDueAt <= :now',
      ExpressionAttributeValues: { ':shard': shard, ':now': now },
      Limit: PAGE,
      ExclusiveStartKey: from,
    }),
  );
  return { due: Items.map(dueIn), next };
}

const dueIn = ({ pk, deliveryDueAt }: Readonly<Record<string, unknown>>): Due => ({
  pk: String(pk),
  dueAt: Number(deliveryDueAt),
});
