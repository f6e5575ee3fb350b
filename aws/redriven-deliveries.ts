/** Deliveries that the server refused, and an operator has sent again. */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { written } from './conditional-write.ts';
import { type PendingResource, pendingFields } from './deliveries.ts';
import type { Table } from './handles.ts';

/** The process that made it pending may die before the trigger is sent; then `resend` sends it. */
const RESEND_SOON_MS = 60_000;

/**
 * Makes a refused delivery pending again, with the Quarantine entry that waits for it. False if
 * there is nothing to do: it was delivered after all, or a newer submission, which has its own
 * delivery, replaced it.
 */
export async function pendAnew(
  table: Table,
  { pk, submissionOrder }: Pick<PendingResource, 'pk' | 'submissionOrder'>,
  entryId: string,
  now: number,
): Promise<boolean> {
  const { deliveryShard } = pendingFields(pk, now);
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk },
    UpdateExpression:
      'SET deliveryShard = :shard, deliveryDueAt = :dueAt, deliveryRedriven = :entry, redrivenAt = :now REMOVE deliveryRefused',
    ConditionExpression: 'attribute_exists(deliveryRefused) AND submissionOrder = :order',
    ExpressionAttributeValues: {
      ':shard': deliveryShard,
      ':dueAt': now + RESEND_SOON_MS,
      ':entry': entryId,
      ':now': now,
      ':order': submissionOrder,
    },
  });
  const wrote = await written(table.dynamo.send(update)).catch((fault: unknown) => ({ fault }));
  if (wrote === true || (await isPendingFor(table, pk, entryId))) return true;
  if (wrote === false) return false;
  throw wrote.fault;
}

/** Already done, by a redrive that died or by a write whose answer was lost. */
async function isPendingFor(table: Table, pk: string, entryId: string): Promise<boolean> {
  const { Item } = await table.dynamo.send(
    new GetCommand({
      TableName: table.name,
      Key: { pk },
      ProjectionExpression: 'deliveryRedriven',
      ConsistentRead: true,
    }),
  );
  return Item?.['deliveryRedriven'] === entryId;
}
