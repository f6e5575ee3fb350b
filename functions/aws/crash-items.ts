/** Crash events, which expire, in the table Incidents: one partition a scope, ordered by time. */
import { PutCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { type CrashEvent, crashEventSchema } from '../../core/messages.ts';
import { dynamo } from './clients.ts';
import { written } from './conditional-write.ts';

const NOT_THERE = 'attribute_not_exists(pk)';
const TIME_DIGITS = 15;
/** Behind every crash, and before the incidents of the scope. */
const END = 'crash#~';

/** Records a crash; false where this very event was known. Expires at `expiresAt`, epoch ms. */
export function recordCrash(table: string, crash: CrashEvent, expiresAt: number): Promise<boolean> {
  const put = new PutCommand({
    TableName: table,
    Item: {
      ...crash,
      pk: crash.component,
      sk: `${crashesFrom(crash.at)}#${crash.id}`,
      expiresAt: Math.ceil(expiresAt / 1_000),
    },
    ConditionExpression: NOT_THERE,
  });
  return written(dynamo.send(put));
}

/** All crashes of a scope with `from` <= time <= `to`, read consistently. */
export async function crashesBetween(
  table: string,
  scope: string,
  from: number,
  to: number,
): Promise<CrashEvent[]> {
  const crashes: CrashEvent[] = [];
  const range = { from: crashesFrom(from), to: crashesFrom(to + 1) };
  for await (const page of pages(table, scope, range)) crashes.push(...page);
  return crashes;
}

/** The newest crashes of a scope after a moment, at most `limit`, newest first, consistently. */
export async function newestCrashes(
  table: string,
  scope: string,
  after: number,
  limit: number,
): Promise<CrashEvent[]> {
  for await (const page of crashesBackTo(table, scope, after, limit)) return page;
  return [];
}

/** All crashes of a scope after a moment, newest first, page by page, read consistently. */
export function crashesBackTo(
  table: string,
  scope: string,
  after: number,
  pageSize?: number,
): AsyncGenerator<CrashEvent[]> {
  const range = { from: crashesFrom(after + 1), to: END };
  return pages(table, scope, range, {
    ScanIndexForward: false,
    ...(pageSize !== undefined && { Limit: pageSize }),
  });
}

async function* pages(
  table: string,
  scope: string,
  { from, to }: { from: string; to: string },
  options: Pick<QueryCommandInput, 'ScanIndexForward' | 'Limit'> = {},
): AsyncGenerator<CrashEvent[]> {
  let next: Record<string, unknown> | undefined;
  do {
    const answer = await dynamo.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :scope AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':scope': scope, ':from': from, ':to': to },
        ExclusiveStartKey: next,
        ...options,
      }),
    );
    yield (answer.Items ?? []).map((item) => crashEventSchema.parse(item));
    next = answer.LastEvaluatedKey;
  } while (next !== undefined);
}

function crashesFrom(at: number): string {
  return `crash#${String(Math.max(0, at)).padStart(TIME_DIGITS, '0')}`;
}
