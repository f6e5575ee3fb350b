/** Who runs the members of a group of suspects, in the table InFlight: one invocation at a time. */
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { written } from './conditional-write.ts';
import type { Table } from './handles.ts';

/** Whoever may run a group of suspects. */
export interface GroupHold {
  /** Message ids of the members. */
  readonly members: readonly string[];
  /** The invocation that runs it. */
  readonly requestId: string;
}

interface MemberHold extends Omit<GroupHold, 'members'> {
  readonly member: string;
}

const HELD_BY_IT = 'requestId = :requestId';

/**
 * Whether this invocation may run the group: nobody else holds a member, or only until now. SQS has a group twice if
 * the answer to its send was lost, or if a try that was given up arrived later; and it may deliver one message twice.
 * Each member is held, because suspects that were not deleted come back in other batches and make other groups. If
 * another invocation holds one, the others stay held until they are released.
 */
export async function holdGroup(
  table: Table,
  { members, requestId }: GroupHold,
  times: { readonly now: number; readonly until: number },
): Promise<boolean> {
  const holds = members.map((member) => holdMember(table, { member, requestId }, times));
  // None may go on after the invocation that a failed one ends (R61).
  await Promise.allSettled(holds);
  return (await Promise.all(holds)).every(Boolean);
}

function holdMember(
  table: Table,
  { member, requestId }: MemberHold,
  { now, until }: { readonly now: number; readonly until: number },
): Promise<boolean> {
  const put = new PutCommand({
    TableName: table.name,
    Item: { ...memberKey(member), requestId, until, expiresAt: Math.ceil(until / 1_000) },
    ConditionExpression: `attribute_not_exists(pk) OR #until < :now OR ${HELD_BY_IT}`,
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':now': now, ':requestId': requestId },
  });
  return written(table.dynamo.send(put));
}

/** Those that this invocation holds. */
export async function releaseGroup(table: Table, { members, requestId }: GroupHold): Promise<void> {
  const releases = members.map((member) => releaseMember(table, { member, requestId }));
  await Promise.allSettled(releases);
  await Promise.all(releases);
}

function releaseMember(table: Table, { member, requestId }: MemberHold): Promise<boolean> {
  const remove = new DeleteCommand({
    TableName: table.name,
    Key: memberKey(member),
    ConditionExpression: HELD_BY_IT,
    ExpressionAttributeValues: { ':requestId': requestId },
  });
  return written(table.dynamo.send(remove));
}

const memberKey = (member: string) => ({ pk: `group#${member}`, sk: 'group' });
