/** Deliveries that the server refused, and an operator has sent again. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { written } from './conditional-write.ts';
import { type PendingResource, pendingFields } from './deliveries.ts';
import type { Table } from './handles.ts';

/** The process that made it pending may die before the trigger is sent; then `resend` sends it. */
const RESEND_SOON_MS = 60_000;

/**
 * `nothing to do`: it was delivered after all, or a newer submission, which has its own delivery, replaced it.
 * `erased`: the row has no content any more, because its patient was erased, and never gets one.
 */
type PendedAnew = 'pending' | 'nothing to do' | 'erased';

/** Makes a refused delivery pending again, with the Quarantine entry that waits for it. */
export async function pendAnew(
  table: Table,
  { pk, submissionOrder }: Pick<PendingResource, 'pk' | 'submissionOrder'>,
  entryId: string,
  now: number,
): Promise<PendedAnew> {
  const { deliveryShard } = pendingFields(pk, now);
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk },
    UpdateExpression:
      'SET deliveryShard = :shard, deliveryDueAt = :dueAt, deliveryRedriven = :entry, redrivenAt = :now REMOVE deliveryRefused',
    ConditionExpression:
      'attribute_exists(deliveryRefused) AND submissionOrder = :order AND attribute_not_exists(erasure)',
    ExpressionAttributeValues: {
      ':shard': deliveryShard,
      ':dueAt': now + RESEND_SOON_MS,
      ':entry': entryId,
      ':now': now,
      ':order': submissionOrder,
    },
  });
  const wrote = await written(table.dynamo.send(update)).catch((fault: unknown) => ({ fault }));
  if (wrote === true) return 'pending';
  const row = await readRow(table, pk);
  // Already done, by a redrive that died or by a write whose answer was lost.
  if (row['deliveryRedriven'] === entryId) return 'pending';
  if (wrote !== false) throw wrote.fault;
  const isErased = row['erasure'] !== undefined && row['submissionOrder'] === submissionOrder;
  return isErased ? 'erased' : 'nothing to do';
}

async function readRow(table: Table, pk: string): Promise<Readonly<Record<string, unknown>>> {
  const { Item } = await table.dynamo.send(
    new GetCommand({
      TableName: table.name,
      Key: { pk },
      ProjectionExpression: 'deliveryRedriven, submissionOrder, erasure',
      ConsistentRead: true,
    }),
  );
  return Item ?? {};
}
