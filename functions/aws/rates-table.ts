/** How many messages a source sent in a minute, counted by the whole fleet; items expire. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { SentMinute } from '../../core/source-rate.ts';
import { hastyDynamo } from './clients.ts';

/** No message is older in its first queue. */
const KEPT_SECONDS = 15 * 24 * 3600;

/**
 * Adds messages to their minute and answers all of it so far, these included. A write whose answer
 * was lost is repeated by the SDK and counts twice: too few are taken then, never too many.
 */
export async function countSent(
  table: string,
  { source, startsAt }: SentMinute,
  messages: number,
): Promise<number> {
  const { Attributes } = await hastyDynamo.send(
    new UpdateCommand({
      TableName: table,
      Key: { pk: `${source}#${startsAt}` },
      UpdateExpression: 'SET expiresAt = :expiresAt ADD messages :messages',
      ExpressionAttributeValues: {
        ':messages': messages,
        ':expiresAt': startsAt / 1_000 + KEPT_SECONDS,
      },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  return Number(Attributes?.['messages']);
}
