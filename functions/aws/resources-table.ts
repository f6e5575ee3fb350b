/** The current valid resource of each source, type and id. */
import { createHash } from 'node:crypto';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Origin } from '../../core/messages.ts';
import { submissionOrder } from '../../core/submission-order.ts';
import { placeBody } from './bodies-bucket.ts';
import { dynamo } from './clients.ts';
import { written } from './conditional-write.ts';

/** Nothing there yet, or something older: else a newer submission or this very one is (R04, R05). */
const NOTHING_NEWER = 'attribute_not_exists(pk) OR submissionOrder < :order';

export interface ValidResource {
  readonly origin: Origin;
  readonly resourceType: string;
  /** A resource without one is known by its message id. */
  readonly resourceId?: string | undefined;
  readonly text: string;
}

export interface ResourcesStore {
  readonly table: string;
  readonly bucket: string;
  readonly inlineBytesMax: number;
}

/** Stores a resource; false where this or a newer submission is already there, which is as good. */
export async function storeResource(
  store: ResourcesStore,
  resource: ValidResource,
  now: number,
): Promise<boolean> {
  const { origin, resourceType, resourceId, text } = resource;
  const order = submissionOrder(origin);
  const placed = await placeBody(
    store.bucket,
    'resources/',
    origin.messageId,
    text,
    store.inlineBytesMax,
  );
  const put = new PutCommand({
    TableName: store.table,
    Item: {
      pk: resourceKey(origin, resourceType, resourceId),
      submissionOrder: order,
      messageId: origin.messageId,
      sentAt: origin.sentAt,
      source: origin.source,
      file: origin.file,
      line: origin.line,
      resourceType,
      resourceId,
      contentHash: createHash('sha256').update(text).digest('hex'),
      storedAt: now,
      ...placed,
    },
    ConditionExpression: NOTHING_NEWER,
    ExpressionAttributeValues: { ':order': order },
  });
  return written(dynamo.send(put));
}

/** Whether the current resource of that type and id is the one that this message brought. */
export async function isStored(
  table: string,
  origin: Pick<Origin, 'source' | 'messageId'>,
  resourceType: string,
  resourceId: string | undefined,
): Promise<boolean> {
  const { Item } = await dynamo.send(
    new GetCommand({
      TableName: table,
      Key: { pk: resourceKey(origin, resourceType, resourceId) },
      ProjectionExpression: 'messageId',
      ConsistentRead: true,
    }),
  );
  return Item?.['messageId'] === origin.messageId;
}

function resourceKey(
  { source, messageId }: Pick<Origin, 'source' | 'messageId'>,
  resourceType: string,
  resourceId: string | undefined,
): string {
  return `${source}#${resourceType}#${resourceId ?? messageId}`;
}
