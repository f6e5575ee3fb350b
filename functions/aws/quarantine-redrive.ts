/**
 * What an operator does to an entry of Quarantine. Each is one conditional write on what was read,
 * so that two operators, or one twice, do it once.
 */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type RedriveMark, roundsAfter } from '../../core/redrive.ts';
import { dynamo } from './clients.ts';
import { setAll, written } from './conditional-write.ts';
import type { QuarantineRecord } from './quarantine-entries.ts';

/** As read, or as this very write left it: the SDK retries a write whose answer was lost. */
const AS_READ = '#status = :quarantined AND quarantinedAt = :seen';

/**
 * Marks an entry as about to be sent back: its attempts start anew, and how it ended is kept in
 * `rounds`. False where it is no longer as it was read.
 */
export function beginRedrive(
  table: string,
  entry: QuarantineRecord,
  mark: RedriveMark,
): Promise<boolean> {
  const { kind = '', reason = '', crash, fingerprint = '', quarantinedAt = 0 } = entry;
  const attempts = entry.attempts.length;
  const ended = { quarantinedAt, kind, reason, crash, fingerprint, attempts };
  const set = setAll({
    status: 'redriven',
    attempts: [],
    redrives: entry.redrives + 1,
    redrive: mark,
    rounds: roundsAfter(entry.rounds, ended, mark),
  });
  const update = new UpdateCommand({
    TableName: table,
    Key: { pk: entry.pk },
    UpdateExpression: set.expression,
    ConditionExpression: `(${AS_READ}) OR (#redrives = :redrives AND #redrive.#at = :at AND #redrive.#by = :by)`,
    ExpressionAttributeNames: { ...set.names, '#at': 'at', '#by': 'by' },
    ExpressionAttributeValues: {
      ...set.values,
      ':quarantined': 'quarantined',
      ':seen': quarantinedAt,
      ':at': mark.at,
      ':by': mark.by,
    },
  });
  return written(dynamo.send(update));
}

/** Marks that the queue has taken the message of the n-th redrive; false where it was marked. */
export function redriveSent(
  table: string,
  messageId: string,
  redrives: number,
  now: number,
): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table,
    Key: { pk: messageId },
    UpdateExpression: 'SET redrive.sentAt = :now',
    ConditionExpression: 'redrives = :redrives AND attribute_not_exists(redrive.sentAt)',
    ExpressionAttributeValues: { ':redrives': redrives, ':now': now },
  });
  return written(dynamo.send(update));
}

/** Who gave an entry up, when and why. */
export interface DiscardMark {
  readonly at: number;
  readonly by: string;
  readonly why?: string | undefined;
}

/** Gives an entry up; its evidence stays. False where it is no longer as it was read. */
export function discardEntry(
  table: string,
  entry: QuarantineRecord,
  mark: DiscardMark,
): Promise<boolean> {
  return end(table, entry, { status: 'discarded', discard: mark });
}

/** A copy of the message was stored all the same: then the entry says so (R04). */
export function resolveStored(table: string, entry: QuarantineRecord): Promise<boolean> {
  return end(table, entry, { status: 'stored' });
}

function end(
  table: string,
  { pk, quarantinedAt }: QuarantineRecord,
  fields: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const set = setAll(fields);
  const update = new UpdateCommand({
    TableName: table,
    Key: { pk },
    UpdateExpression: set.expression,
    ConditionExpression: AS_READ,
    ExpressionAttributeNames: set.names,
    ExpressionAttributeValues: {
      ...set.values,
      ':quarantined': 'quarantined',
      ':seen': quarantinedAt ?? 0,
    },
  });
  return written(dynamo.send(update));
}
