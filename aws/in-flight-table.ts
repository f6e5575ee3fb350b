/**
 * The table InFlight: a mark for each execution environment, and a record for each suspect
 * (core/attempt/in-flight.ts). Who runs a group of them is there too (group-hold.ts).
 *
 * A mark's key is its lane, a shard, and when its lease ends, so that a query finds the ended leases and
 * reads no mark of a running batch. Items expire once no queue can hold their messages any more.
 */
import {
  BatchGetCommand,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DeleteCommand,
  GetCommand,
  PutCommand,
  paginateQuery,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { splitList } from '../core/message/split-list.ts';
import { written } from './conditional-write.ts';
import type { Table } from './handles.ts';

/** One partition accepts 1,000 writes a second; 1,000 environments may write several thousand. */
const SHARDS = [...'0123456789abcdef'];
/** SQS keeps a message for 14 days at most. */
const KEPT_MS = 15 * 24 * 3_600_000;
/** Limits of DynamoDB. */
const BATCH_WRITE_MAX = 25;
const BATCH_GET_MAX = 100;
const TRIES_MAX = 5;

const NEWER = '#write < :write';
const NEW_OR_NEWER = `attribute_not_exists(pk) OR ${NEWER}`;

export interface MarkKey {
  readonly lane: string;
  /** A UUID: its first digit is the shard. */
  readonly environmentId: string;
  /** Epoch ms. */
  readonly leaseEndsAt: number;
}

export interface Mark extends MarkKey {
  /** Grows with each write of an environment: a late write changes nothing. */
  readonly write: number;
  /**
   * Whether this write may create the mark: the first one, with which its lease begins, or an empty one. Any
   * other may arrive when its environment has just removed the mark, and would bring back what it named.
   */
  readonly creates: boolean;
  /** Of the invocation. */
  readonly requestId: string;
  readonly messageIds: readonly string[];
}

/** DynamoDB did not write some items of a batch, again and again. */
export class BatchUnfinished extends Error {
  override readonly name = 'BatchUnfinished';
}

const markSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  write: z.number(),
  requestId: z.string(),
  messageIds: z.array(z.string()),
});
type Item = Record<string, unknown>;
type WriteRequest = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number];
type StoredMark = z.infer<typeof markSchema>;

/**
 * Writes a mark. Returns whether the mark exists, whatever happened to an earlier try. Throws if
 * that cannot be read either.
 */
export async function writeMark(table: Table, mark: Mark): Promise<boolean> {
  const { write, requestId, messageIds, leaseEndsAt, creates } = mark;
  const Key = keyOf(mark);
  const put = new PutCommand({
    TableName: table.name,
    Item: { ...Key, write, requestId, messageIds, expiresAt: expiryOf(leaseEndsAt) },
    ConditionExpression: creates ? NEW_OR_NEWER : NEWER,
    ExpressionAttributeNames: { '#write': 'write' },
    ExpressionAttributeValues: { ':write': write },
  });
  try {
    await table.dynamo.send(put);
    return true;
  } catch {
    // An earlier try of the SDK may stand although the last one failed.
    const { Item } = await table.dynamo.send(
      new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
    );
    return Item?.['write'] === write;
  }
}

/** Removes the mark of a lease that its environment no longer uses. */
export async function removeMark(table: Table, mark: MarkKey): Promise<void> {
  await table.dynamo.send(new DeleteCommand({ TableName: table.name, Key: keyOf(mark) }));
}

/** Which of the messages were in an environment that died; read consistently. */
export async function suspectsAmong(
  table: Table,
  messageIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const keys = [...new Set(messageIds)].map(suspectKey);
  for (const some of splitList(keys, BATCH_GET_MAX)) {
    await untilDone<Item>(some, async (Keys) => {
      const { Responses, UnprocessedKeys } = await table.dynamo.send(
        new BatchGetCommand({ RequestItems: { [table.name]: { Keys, ConsistentRead: true } } }),
      );
      for (const { messageId } of Responses?.[table.name] ?? []) found.add(String(messageId));
      return UnprocessedKeys?.[table.name]?.Keys ?? [];
    });
  }
  return found;
}

/** A message that has its ending is no longer a suspect. */
export async function forgetSuspect(table: Table, messageId: string): Promise<void> {
  await table.dynamo.send(new DeleteCommand({ TableName: table.name, Key: suspectKey(messageId) }));
}

/**
 * Makes a record for each message that an ended lease still names, then removes the mark. After a death in
 * between it is repeated. Returns how many messages it found.
 */
export async function recordSuspects(table: Table, lane: string, now: number): Promise<number> {
  const found = await Promise.all(SHARDS.map((shard) => endedLeases(table, lane, shard, now)));
  const marks = found.flat();
  for (const mark of marks) {
    await putSuspects(table, mark, now);
    await removeUnchanged(table, mark);
  }
  return marks.reduce((sum, { messageIds }) => sum + messageIds.length, 0);
}

async function endedLeases(
  table: Table,
  lane: string,
  shard: string,
  now: number,
): Promise<StoredMark[]> {
  const pages = paginateQuery(
    { client: table.dynamo },
    {
      TableName: table.name,
      KeyConditionExpression: 'pk = :pk AND sk < :now',
      ExpressionAttributeValues: { ':pk': partition(lane, shard), ':now': sortable(now) },
      ConsistentRead: true,
    },
  );
  const marks: StoredMark[] = [];
  for await (const { Items = [] } of pages) {
    for (const item of Items) marks.push(markSchema.parse(item));
  }
  return marks;
}

async function putSuspects(
  table: Table,
  { messageIds, requestId }: StoredMark,
  now: number,
): Promise<void> {
  const puts = messageIds.map((messageId) => ({
    PutRequest: {
      Item: { ...suspectKey(messageId), messageId, requestId, expiresAt: expiryOf(now) },
    },
  }));
  for (const some of splitList(puts, BATCH_WRITE_MAX)) {
    await untilDone<WriteRequest>(some, async (requests) => {
      const { UnprocessedItems } = await table.dynamo.send(
        new BatchWriteCommand({ RequestItems: { [table.name]: requests } }),
      );
      return UnprocessedItems?.[table.name] ?? [];
    });
  }
}

/** An environment that is alive after all may have written in the meantime. */
function removeUnchanged(table: Table, { pk, sk, write }: StoredMark): Promise<boolean> {
  return written(
    table.dynamo.send(
      new DeleteCommand({
        TableName: table.name,
        Key: { pk, sk },
        ConditionExpression: '#write = :write',
        ExpressionAttributeNames: { '#write': 'write' },
        ExpressionAttributeValues: { ':write': write },
      }),
    ),
  );
}

async function untilDone<T>(all: T[], step: (left: T[]) => Promise<T[]>): Promise<void> {
  let left = all;
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries === TRIES_MAX) throw new BatchUnfinished(`${left.length} items were left undone`);
    left = await step(left);
  }
}

function keyOf({ lane, environmentId, leaseEndsAt }: MarkKey) {
  const shard = environmentId.slice(0, 1);
  return { pk: partition(lane, shard), sk: `${sortable(leaseEndsAt)}#${environmentId}` };
}

const partition = (lane: string, shard: string) => `mark#${lane}#${shard}`;
const suspectKey = (messageId: string) => ({ pk: `suspect#${messageId}`, sk: 'suspect' });
const sortable = (time: number) => String(time).padStart(15, '0');
const expiryOf = (time: number) => Math.ceil((time + KEPT_MS) / 1_000);
