/** Crash events, which expire, and the incidents that they open: one partition a scope. */
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { AUDIENCES, type Incident } from '../../core/incident.ts';
import { type CrashEvent, crashEventSchema } from '../../core/messages.ts';
import { CRASH_KINDS } from '../../core/verdict.ts';
import { dynamo } from './clients.ts';
import { written } from './conditional-write.ts';

const NOT_THERE = 'attribute_not_exists(pk)';
const VERSION_BEFORE = 'version = :before';
const TIME_DIGITS = 15;
const NUMBER_DIGITS = 6;

const incidentSchema = z.object({
  scope: z.string(),
  number: z.int(),
  status: z.enum(['open', 'acknowledged', 'resolved']),
  openedAt: z.number(),
  firstCrashAt: z.number(),
  lastCrashAt: z.number(),
  crashes: z.number(),
  kinds: z.partialRecord(z.enum(CRASH_KINDS), z.number()),
  toldAt: z.partialRecord(z.enum(AUDIENCES), z.number()),
  resolvedAt: z.number().optional(),
  version: z.number(),
});

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
  let page: Record<string, unknown> | undefined;
  do {
    const answer = await dynamo.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :scope AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':scope': scope,
          ':from': crashesFrom(Math.max(0, from)),
          ':to': crashesFrom(to + 1),
        },
        ExclusiveStartKey: page,
      }),
    );
    for (const item of answer.Items ?? []) crashes.push(crashEventSchema.parse(item));
    page = answer.LastEvaluatedKey;
  } while (page !== undefined);
  return crashes;
}

/** The latest incident of a scope, whatever its status, read consistently. */
export async function latestIncident(table: string, scope: string): Promise<Incident | undefined> {
  const { Items } = await dynamo.send(
    new QueryCommand({
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :scope AND begins_with(sk, :incident)',
      ExpressionAttributeValues: { ':scope': scope, ':incident': 'incident#' },
      ScanIndexForward: false,
      Limit: 1,
    }),
  );
  return Items?.[0] === undefined ? undefined : incidentSchema.parse(Items[0]);
}

/** Saves an incident if nobody saved the same version before; false where somebody did. */
export function saveIncident(table: string, incident: Incident): Promise<boolean> {
  const isNew = incident.version === 1;
  const put = new PutCommand({
    TableName: table,
    Item: {
      ...incident,
      pk: incident.scope,
      sk: `incident#${String(incident.number).padStart(NUMBER_DIGITS, '0')}`,
    },
    ConditionExpression: isNew ? NOT_THERE : VERSION_BEFORE,
    ...(isNew ? {} : { ExpressionAttributeValues: { ':before': incident.version - 1 } }),
  });
  return written(dynamo.send(put));
}

function crashesFrom(at: number): string {
  return `crash#${String(at).padStart(TIME_DIGITS, '0')}`;
}
