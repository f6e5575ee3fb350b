/** The current valid resource of each source, type and id. */
import { hash } from 'node:crypto';
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Lane, Origin } from '../core/message/messages.ts';
import { submissionOrder } from '../core/message/submission-order.ts';
import { placeBody } from './bodies-bucket.ts';
import { setAll, written } from './conditional-write.ts';
import { pendingFields } from './deliveries.ts';
import { removeAll } from './expressions.ts';
import type { Bucket, Table } from './handles.ts';
import { packed } from './packed-text.ts';

/**
 * Nothing is there yet, or something older. Otherwise a newer submission or this one is there (R04,
 * R05).
 */
const NOTHING_NEWER = 'attribute_not_exists(pk) OR submissionOrder < :order';

export interface ValidResource {
  readonly origin: Origin;
  readonly lane: Lane;
  readonly resourceType: string;
  /** A resource without an id is known by its message id. */
  readonly resourceId?: string | undefined;
  readonly text: string;
}

export interface ResourcesStore {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly inlineBytesMax: number;
  /** Whether it is to be delivered to a FHIR server. */
  readonly delivered: boolean;
}

/** Attributes of an older submission that a newer one may lack. */
const FORMER = [
  'file',
  'line',
  'correlationId',
  'redrivenAt',
  'trace',
  'resourceId',
  'body',
  'bodyS3',
  'bodyBytes',
  'deliveryFailures',
  'deliveryConflicts',
  'deliveryRefused',
  'erasure',
  'erasedAt',
] as const;

export interface StoredRow {
  readonly pk: string;
  /** Epoch ms. */
  readonly storedAt: number;
}

/**
 * Stores a resource, unless this or a newer submission is there, which is as good. Returns its key, and when
 * this submission was stored: if it comes again, when it was first, so that it ends once (R63). Nothing tells
 * that any more once a newer one is there.
 */
export async function storeResource(
  store: ResourcesStore,
  resource: ValidResource,
  now: number,
): Promise<StoredRow> {
  const { origin, lane, resourceType, resourceId, text } = resource;
  const order = submissionOrder(origin);
  const placed = await placeBody(store.bucket, 'resources/', origin, text, store.inlineBytesMax);
  const pk = resourceKey(origin, resourceType, resourceId);
  const fields = {
    submissionOrder: order,
    messageId: origin.messageId,
    sentAt: origin.sentAt,
    source: origin.source,
    lane,
    file: origin.file,
    line: origin.line,
    correlationId: origin.correlationId,
    trace: origin.trace,
    resourceType,
    resourceId,
    contentHash: hash('sha256', text),
    redrivenAt: origin.redrivenAt,
    storedAt: now,
    ...('body' in placed
      ? { body: packed(placed.body) }
      : { ...placed, bodyBytes: Buffer.byteLength(text) }),
    ...(store.delivered && pendingFields(pk, now)),
  };
  const set = setAll(fields);
  const former = removeAll(FORMER.filter((name) => set.names[`#${name}`] === undefined));
  // Not a put: the lease of a delivery in progress, and what the server answered, must survive.
  const update = new UpdateCommand({
    TableName: store.table.name,
    Key: { pk },
    UpdateExpression: `${set.expression} ${former.expression}`,
    ConditionExpression: NOTHING_NEWER,
    ExpressionAttributeNames: { ...set.names, ...former.names },
    ExpressionAttributeValues: { ...set.values, ':order': order },
  });
  if (await written(store.table.dynamo.send(update))) return { pk, storedAt: now };
  return (await storedRow(store.table, origin, resourceType, resourceId)) ?? { pk, storedAt: now };
}

/** The row of the current resource of that type and id, if this message brought it. */
export async function storedRow(
  table: Table,
  origin: Pick<Origin, 'source' | 'messageId'>,
  resourceType: string,
  resourceId: string | undefined,
): Promise<StoredRow | undefined> {
  const pk = resourceKey(origin, resourceType, resourceId);
  const { Item } = await table.dynamo.send(
    new GetCommand({
      TableName: table.name,
      Key: { pk },
      ProjectionExpression: 'messageId, storedAt',
      ConsistentRead: true,
    }),
  );
  return Item?.['messageId'] === origin.messageId ? { pk, storedAt: Item['storedAt'] } : undefined;
}

/** The key of a resource, which is named by its message if it has no id. */
export function resourceKey(
  { source, messageId }: Pick<Origin, 'source' | 'messageId'>,
  resourceType: string,
  resourceId: string | undefined,
): string {
  return `${source}#${resourceType}#${resourceId ?? messageId}`;
}
