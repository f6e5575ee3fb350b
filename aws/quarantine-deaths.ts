/**
 * Finds the attempt of an invocation by its request id, and records what killed it. An observer who
 * sees a death from outside knows only the request id.
 */
import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Attempt } from '../core/attempt/attempts.ts';
import { isVague } from '../core/attempt/deaths-in-log.ts';
import type { CrashKind } from '../packages/isolation/death.ts';
import { writtenOrStands } from './conditional-write.ts';
import type { Table } from './handles.ts';
import { REQUEST_INDEX } from './quarantine-index-names.ts';
import { readTrouble } from './quarantine-table.ts';

const TRIES_MAX = 3;

export interface Cause {
  readonly crash: CrashKind;
  readonly reason: string;
}

/**
 * Records why the attempt with that request id ended. False if there is none, or if it is known already:
 * the handler that survived the attempt knows better than any observer, and a reason that says only that a
 * process ended is replaced by a better one.
 */
export async function recordDeath(table: Table, requestId: string, cause: Cause): Promise<boolean> {
  const messageId = await messageOf(table, requestId);
  if (messageId === undefined) return false;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const trouble = await readTrouble(table, messageId);
    const attempts: readonly Attempt[] = trouble?.attempts ?? [];
    const index = attempts.findIndex((attempt) => attempt.requestId === requestId);
    const attempt = attempts[index];
    if (attempt === undefined || isKnown(attempt, cause)) return false;
    const at = `attempts[${index}]`;
    const unchanged =
      attempt.reason === undefined
        ? `attribute_not_exists(${at}.crash)`
        : `${at}.reason = :reasonBefore`;
    const update = new UpdateCommand({
      TableName: table.name,
      Key: { pk: messageId },
      UpdateExpression: `SET ${at}.crash = :crash, ${at}.reason = :reason`,
      ConditionExpression: `${at}.requestId = :requestId AND ${unchanged} AND attribute_not_exists(${at}.ended)`,
      ExpressionAttributeValues: {
        ':crash': cause.crash,
        ':reason': cause.reason,
        ':requestId': requestId,
        ...(attempt.reason !== undefined && { ':reasonBefore': attempt.reason }),
      },
    });
    const stands = async () => {
      const now = (await readTrouble(table, messageId))?.attempts[index];
      return (
        now?.requestId === requestId && now.crash === cause.crash && now.reason === cause.reason
      );
    };
    if (await writtenOrStands(table.dynamo.send(update), stands)) return true;
  }
  return false;
}

function isKnown({ crash, reason, ended }: Attempt, cause: Cause): boolean {
  if (ended !== undefined) return true;
  if (crash === undefined) return false;
  return isVague(cause.reason) || reason === undefined || !isVague(reason);
}

/** The index lags behind by milliseconds; a death comes seconds after its attempt was recorded. */
async function messageOf(table: Table, requestId: string): Promise<string | undefined> {
  const { Items = [] } = await table.dynamo.send(
    new QueryCommand({
      TableName: table.name,
      IndexName: REQUEST_INDEX,
      KeyConditionExpression: 'lastRequestId = :requestId',
      ExpressionAttributeValues: { ':requestId': requestId },
    }),
  );
  const messageId: unknown = Items[0]?.['pk'];
  return typeof messageId === 'string' ? messageId : undefined;
}
