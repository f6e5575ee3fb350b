/**
 * Items that are replaced as a whole, under the condition that they are still the version that was read.
 * Each save leaves a token in the item. If the answer to a save was lost, the item says whether it stands,
 * even if others have saved since.
 */
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { writtenOrStands } from './conditional-write.ts';
import type { Table } from './handles.ts';

const NOT_THERE = 'attribute_not_exists(pk)';
const VERSION_BEFORE = 'version = :before';
/** More saves than others make while the SDK retries one call, unless its process stands still. */
const RECEIPTS_MAX = 8;

/** Tokens of the latest saves, newest last; items of an older version have none. */
export const receiptsSchema = z.array(z.string()).optional();

export interface VersionedTable extends Table {
  /** Unique over all environments. */
  readonly newToken: () => string;
}

/**
 * Others have saved so often since that nobody can tell whether a save stands. To decide again may repeat what they
 * have undone.
 */
export class SaveForgotten extends Error {
  override readonly name = 'SaveForgotten';
}

interface Versioned {
  readonly version: number;
  readonly receipts?: readonly string[] | undefined;
}

/**
 * Saves if nobody has saved since `version - 1` was read; false otherwise.
 * @throws NotWritten if it does not stand for another reason, SaveForgotten if nobody can tell
 */
export function saveVersioned(
  table: VersionedTable,
  Key: Readonly<Record<string, string>>,
  item: Versioned,
  token: string = table.newToken(),
): Promise<boolean> {
  const isNew = item.version === 1;
  const put = new PutCommand({
    TableName: table.name,
    Item: { ...item, ...Key, receipts: [...(item.receipts ?? []), token].slice(-RECEIPTS_MAX) },
    ConditionExpression: isNew ? NOT_THERE : VERSION_BEFORE,
    ...(!isNew && { ExpressionAttributeValues: { ':before': item.version - 1 } }),
  });
  return writtenOrStands(table.dynamo.send(put), async () => {
    const read = new GetCommand({
      TableName: table.name,
      Key,
      ProjectionExpression: 'receipts, version',
      ConsistentRead: true,
    });
    const { Item } = await table.dynamo.send(read);
    if (isSaved({ receipts: receiptsSchema.parse(Item?.['receipts']) }, token)) return true;
    if (Number(Item?.['version']) >= item.version + RECEIPTS_MAX) {
      throw new SaveForgotten(
        'others saved so often meanwhile that this may have been saved, or not',
      );
    }
    return false;
  });
}

/** Whether the item is the one that was saved with that token, or a successor of it. */
export function isSaved({ receipts = [] }: Pick<Versioned, 'receipts'>, token: string): boolean {
  return receipts.includes(token);
}
