/** Who runs a group of suspects, in the table InFlight: one invocation at a time. */
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { written } from './conditional-write.ts';
import type { Table } from './handles.ts';

/** Whoever may run a group of suspects. */
export interface GroupHold {
  /** Message id of the first member: copies of a group have the same. */
  readonly first: string;
  /** The invocation that runs it. */
  readonly requestId: string;
}

const HELD_BY_IT = 'requestId = :requestId';

/**
 * Whether this invocation may run the group: nobody else holds it, or only until now. SQS has a group twice if the
 * answer to its send was lost, or if a try that was given up arrived later; and it may deliver one message twice.
 */
export function holdGroup(
  table: Table,
  { first, requestId }: GroupHold,
  { now, until }: { readonly now: number; readonly until: number },
): Promise<boolean> {
  const put = new PutCommand({
    TableName: table.name,
    Item: { ...groupKey(first), requestId, until, expiresAt: Math.ceil(until / 1_000) },
    ConditionExpression: `attribute_not_exists(pk) OR #until < :now OR ${HELD_BY_IT}`,
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':now': now, ':requestId': requestId },
  });
  return written(table.dynamo.send(put));
}

export async function releaseGroup(table: Table, { first, requestId }: GroupHold): Promise<void> {
  const remove = new DeleteCommand({
    TableName: table.name,
    Key: groupKey(first),
    ConditionExpression: HELD_BY_IT,
    ExpressionAttributeValues: { ':requestId': requestId },
  });
  await written(table.dynamo.send(remove));
}

const groupKey = (first: string) => ({ pk: `group#${first}`, sk: 'group' });
