/** The conditional put of a plain pipeline: as ours, but the text is not packed. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { written } from '../../aws/conditional-write.ts';
import type { Table } from '../../aws/handles.ts';
import { submissionOrder } from '../../core/message/submission-order.ts';

export async function plainPut(
  { name: TableName, dynamo }: Table,
  { messageId, sentAt }: { readonly messageId: string; readonly sentAt: number },
  body: string,
  { resourceType, id }: { readonly resourceType: string; readonly id?: string | undefined },
): Promise<void> {
  const source = 'default';
  const order = submissionOrder({ messageId, sentAt });
  const pk = `${source}#${resourceType}#${id ?? messageId}`;
  const stored = { resourceType, resourceId: id, lane: 'background', storedAt: Date.now() };
  await written(
    dynamo.send(
      new PutCommand({
        TableName,
        Item: { pk, submissionOrder: order, messageId, sentAt, source, body, ...stored },
        ConditionExpression: 'attribute_not_exists(pk) OR submissionOrder < :order',
        ExpressionAttributeValues: { ':order': order },
      }),
    ),
  );
}
