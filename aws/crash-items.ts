/**
 * The counted, expiring items of the table Incidents: crash events, one partition a scope, ordered by time,
 * and escalations. Each is kept with how many incidents were over when it was recorded.
 */
import {
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { RecordedCrash } from '../core/incident/spent-crashes.ts';
import { crashEventSchema, type Escalation } from '../core/message/messages.ts';
import { written, writtenOrStands } from './conditional-write.ts';
import type { Table } from './handles.ts';

const NOT_THERE = 'attribute_not_exists(pk)';
const TIME_DIGITS = 15;
/** Sorts after every crash, and before the incidents of the scope. */
const END = 'crash#~';

const recordedSchema = crashEventSchema.extend({ incidentsOver: z.int().optional() });
const escalationSchema = z.object({
  incidentsOver: z.int(),
  /** Absent in records of older versions. */
  receipt: z.string().optional(),
  isSettled: z.boolean().optional(),
});

/**
 * Records a crash, by the message that reported it. While that message comes again it alone records the crash anew if
 * more incidents are over by then, because their resolutions need not have read it. False if nothing was written.
 * Expires at `expiresAt`, epoch ms.
 */
export function recordCrash(
  table: Table,
  crash: RecordedCrash,
  messageId: string,
  expiresAt: number,
): Promise<boolean> {
  const { incidentsOver = 0 } = crash;
  const item = { ...crashItem({ ...crash, incidentsOver }, expiresAt), receipt: messageId };
  const put = new PutCommand({
    TableName: table.name,
    Item: item,
    ConditionExpression: `${NOT_THERE} OR (receipt = :receipt AND incidentsOver < :over)`,
    ExpressionAttributeValues: { ':receipt': messageId, ':over': incidentsOver },
  });
  return writtenOrStands(table.dynamo.send(put), async () => {
    const Key = { pk: item.pk, sk: item.sk };
    const read = new GetCommand({ TableName: table.name, Key, ConsistentRead: true });
    const { receipt, incidentsOver: over } = (await table.dynamo.send(read)).Item ?? {};
    return receipt === messageId && over === incidentsOver;
  });
}

/** An escalation as it is recorded. */
export interface RecordedEscalation {
  /** How many incidents of its scope were over when it was recorded. */
  readonly incidentsOver: number;
  /** Whether one may have been resolved before it was recorded. Whoever acts on it must look. */
  readonly isOpen: boolean;
}

/** Records an escalation once, however often it is sent, by the message that reported it first. */
export async function recordEscalation(
  table: Table,
  { scope, ...escalation }: Escalation,
  messageId: string,
  incidentsOver: number,
  expiresAt: number,
): Promise<RecordedEscalation> {
  const put = new PutCommand({
    TableName: table.name,
    Item: {
      ...escalation,
      ...escalationKey(scope, escalation.id),
      incidentsOver,
      receipt: messageId,
      expiresAt: seconds(expiresAt),
    },
    ConditionExpression: NOT_THERE,
  });
  if (await written(table.dynamo.send(put))) return { incidentsOver, isOpen: true };
  return recordedEscalation(table, scope, escalation.id);
}

/**
 * Records how many incidents were over when somebody looked after it was recorded. That is done once, so a
 * resolution that comes later has read it. A copy of its message does it too, before it opens an incident: otherwise
 * the message would, when it comes again after the resolution, and open another one.
 */
export async function settleEscalation(
  table: Table,
  { scope, id }: Escalation,
  incidentsOver: number,
): Promise<RecordedEscalation> {
  const update = new UpdateCommand({
    TableName: table.name,
    Key: escalationKey(scope, id),
    UpdateExpression: 'SET incidentsOver = :over, isSettled = :true',
    // One without a receipt is of an older version, which opened its incident at once.
    ConditionExpression: 'attribute_exists(receipt) AND attribute_not_exists(isSettled)',
    ExpressionAttributeValues: { ':over': incidentsOver, ':true': true },
  });
  if (await written(table.dynamo.send(update))) return { incidentsOver, isOpen: false };
  return recordedEscalation(table, scope, id);
}

async function recordedEscalation(
  table: Table,
  scope: string,
  id: string,
): Promise<RecordedEscalation> {
  const Key = escalationKey(scope, id);
  const { Item } = await table.dynamo.send(
    new GetCommand({ TableName: table.name, Key, ConsistentRead: true }),
  );
  const { incidentsOver, receipt, isSettled = false } = escalationSchema.parse(Item);
  return { incidentsOver, isOpen: receipt !== undefined && !isSettled };
}

/** All crashes of a scope with `from` <= time <= `to`, read consistently. */
export async function crashesBetween(
  table: Table,
  scope: string,
  from: number,
  to: number,
): Promise<RecordedCrash[]> {
  const crashes: RecordedCrash[] = [];
  const range = { from: crashesFrom(from), to: crashesFrom(to + 1) };
  for await (const page of pages(table, scope, range)) crashes.push(...page);
  return crashes;
}

/** The newest crashes of a scope after a moment, at most `limit`, newest first, consistently. */
export async function newestCrashes(
  table: Table,
  scope: string,
  after: number,
  limit: number,
): Promise<RecordedCrash[]> {
  const range = { from: crashesFrom(after + 1), to: END };
  const newest = { ScanIndexForward: false, Limit: limit };
  const crashes: RecordedCrash[] = [];
  for await (const page of pages(table, scope, range, newest)) {
    crashes.push(...page);
    if (crashes.length >= limit) break;
  }
  return crashes.slice(0, limit);
}

/** The crashes of a scope up to a moment, newest first, page by page, read consistently. */
export function crashesBackFrom(
  table: Table,
  scope: string,
  to: number | undefined,
): AsyncGenerator<RecordedCrash[]> {
  const range = { from: crashesFrom(0), to: to === undefined ? END : crashesFrom(to + 1) };
  return pages(table, scope, range, { ScanIndexForward: false });
}

async function* pages(
  table: Table,
  scope: string,
  { from, to }: { from: string; to: string },
  options: Pick<QueryCommandInput, 'ScanIndexForward' | 'Limit'> = {},
): AsyncGenerator<RecordedCrash[]> {
  let next: Record<string, unknown> | undefined;
  do {
    const answer = await table.dynamo.send(
      new QueryCommand({
        TableName: table.name,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :scope AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':scope': scope, ':from': from, ':to': to },
        ExclusiveStartKey: next,
        ...options,
      }),
    );
    yield (answer.Items ?? []).map((item) => recordedSchema.parse(item));
    next = answer.LastEvaluatedKey;
  } while (next !== undefined);
}

function crashItem(crash: RecordedCrash, expiresAt: number) {
  return {
    ...crash,
    pk: crash.component,
    sk: `${crashesFrom(crash.at)}#${crash.id}`,
    expiresAt: seconds(expiresAt),
  };
}

function crashesFrom(at: number): string {
  return `crash#${String(Math.max(0, at)).padStart(TIME_DIGITS, '0')}`;
}

const escalationKey = (scope: string, id: string) => ({ pk: scope, sk: `escalation#${id}` });
const seconds = (ms: number) => Math.ceil(ms / 1_000);
