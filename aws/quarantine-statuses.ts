/** How many entries of Quarantine have ended, and how, without their content. */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { QUARANTINE_STATUSES } from '../core/attempt/attempts.ts';
import { splitList } from '../core/message/split-list.ts';
import type { Table } from './handles.ts';

const statusSchema = z.object({
  pk: z.string(),
  status: z.enum(QUARANTINE_STATUSES),
  kind: z.string().optional(),
  round: z.number().optional(),
  quarantinedAt: z.number().optional(),
});
export type EntryStatus = z.infer<typeof statusSchema>;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const KEYS_MAX = 100;

/**
 * Statuses of those ids that have an entry. Keys that the table was too busy for are left out, as if they
 * had none.
 */
export async function readStatuses(table: Table, ids: readonly string[]): Promise<EntryStatus[]> {
  const found: EntryStatus[] = [];
  for (const some of splitList(ids, KEYS_MAX)) {
    const Keys = some.map((pk) => ({ pk }));
    const { Responses = {} } = await table.dynamo.send(
      new BatchGetCommand({
        RequestItems: {
          [table.name]: {
            Keys,
            ConsistentRead: true,
            ProjectionExpression: 'pk, #status, kind, #round, quarantinedAt',
            ExpressionAttributeNames: { '#status': 'status', '#round': 'round' },
          },
        },
      }),
    );
    for (const item of Responses[table.name] ?? []) found.push(statusSchema.parse(item));
  }
  return found;
}
