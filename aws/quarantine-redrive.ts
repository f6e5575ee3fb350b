/**
 * What an operator can do to an entry of Quarantine. Each is one conditional write on what was
 * read, so that it happens once, even if two operators request it, or one requests it twice.
 */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type RedriveMark, roundsAfter } from '../core/message/redrive.ts';
import { setAll, written } from './conditional-write.ts';
import type { Table } from './handles.ts';
import { type QuarantineRecord, readEntry } from './quarantine-entries.ts';
import { expiryAnew } from './quarantine-expiry.ts';

/** Quarantined, and unchanged since it was read. */
const AS_READ = '#status = :quarantined AND quarantinedAt = :seen';
const asRead = ({ quarantinedAt }: QuarantineRecord) => ({
  ':quarantined': 'quarantined',
  ':seen': quarantinedAt ?? 0,
});
/** The state that this very write leaves: the SDK tries again if an answer was lost. */
const OWN_MARK = '#mark.#at = :at AND #mark.#by = :by';
const ownMark = ({ at, by }: Pick<RedriveMark, 'at' | 'by'>) => ({ ':at': at, ':by': by });
const MARK_NAMES = { '#at': 'at', '#by': 'by' };

/**
 * Announces the redrive in the entry, so that any process can raise its round later. Changes
 * nothing else. False if the entry has changed since it was read, or if another redrive was
 * announced since.
 */
export function announceRedrive(
  table: Table,
  entry: QuarantineRecord,
  mark: RedriveMark,
): Promise<boolean> {
  const former = entry.redrive;
  const unannounced =
    former === undefined ? 'attribute_not_exists(#mark)' : '#mark.#at = :formerAt';
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: entry.pk },
    UpdateExpression: 'SET #mark = :mark',
    ConditionExpression: `${AS_READ} AND (${unannounced} OR (${OWN_MARK}))`,
    ExpressionAttributeNames: { '#mark': 'redrive', '#status': 'status', ...MARK_NAMES },
    ExpressionAttributeValues: {
      ...asRead(entry),
      ...ownMark(mark),
      ':mark': mark,
      ...(former !== undefined && { ':formerAt': former.at }),
    },
  });
  return written(table.dynamo.send(update));
}

/**
 * Raises the round of an entry whose message was sent: its attempts begin again, and how it ended is kept
 * in `rounds`. False if the round was raised already, or the entry is no longer quarantined.
 */
export function raiseRound(
  table: Table,
  entry: QuarantineRecord,
  round: number,
  mark: RedriveMark,
): Promise<boolean> {
  const { kind = '', reason = '', crash, fingerprint = '', quarantinedAt = 0 } = entry;
  const attempts = entry.attempts.length;
  const ended = { quarantinedAt, kind, reason, crash, fingerprint, attempts };
  const set = setAll({
    status: 'redriven',
    attempts: [],
    redrives: entry.redrives + 1,
    round,
    redrive: mark,
    // Its message may wait for long, and must find its entry.
    expiresAt: expiryAnew(entry, mark.at),
    rounds: roundsAfter(entry.rounds, ended, mark),
  });
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: entry.pk },
    UpdateExpression: set.expression,
    // Not again, even by the same redrive: the message is sent, and may have had an attempt by now.
    ConditionExpression: `${AS_READ} AND (attribute_not_exists(#round) OR #round < :round)`,
    ExpressionAttributeNames: set.names,
    ExpressionAttributeValues: { ...set.values, ...asRead(entry) },
  });
  return written(table.dynamo.send(update));
}

/** Raises the round of a message whose sender did not, as announced in its entry. */
export async function acceptRound(
  table: Table,
  messageId: string,
  round: number,
  now: number,
): Promise<void> {
  const entry = await readEntry(table, messageId);
  if (entry === undefined) return;
  const { before, at, by, why } = entry.redrive ?? { before: now, at: now, by: 'unknown' };
  await raiseRound(table, entry, round, { before, at, by, why, sentAt: now });
}

/**
 * Records that the queue has accepted a message which an older version had only marked. False if
 * that was recorded.
 */
export function redriveSent(
  table: Table,
  messageId: string,
  redrives: number,
  now: number,
): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: messageId },
    UpdateExpression: 'SET redrive.sentAt = :now',
    ConditionExpression: 'redrives = :redrives AND attribute_not_exists(redrive.sentAt)',
    ExpressionAttributeValues: { ':redrives': redrives, ':now': now },
  });
  return written(table.dynamo.send(update));
}

/** Who discarded an entry, when and why. */
export interface DiscardMark {
  readonly at: number;
  readonly by: string;
  readonly why?: string | undefined;
}

/** Discards an entry; its evidence stays. False if it has changed since it was read. */
export function discardEntry(
  table: Table,
  entry: QuarantineRecord,
  mark: DiscardMark,
): Promise<boolean> {
  return end(
    table,
    entry,
    { status: 'discarded', discard: mark },
    {
      condition: OWN_MARK,
      names: { '#mark': 'discard', ...MARK_NAMES },
      values: ownMark(mark),
    },
  );
}

/** A copy of the message was stored after all: the entry must say so (R04). */
export function resolveStored(table: Table, entry: QuarantineRecord): Promise<boolean> {
  return end(table, entry, { status: 'stored' }, { condition: '#status = :status' });
}

/** Ends an entry that is unchanged since it was read, or that this very write has ended. */
function end(
  table: Table,
  entry: QuarantineRecord,
  fields: Readonly<Record<string, unknown>>,
  done: {
    readonly condition: string;
    readonly names?: Readonly<Record<string, string>>;
    readonly values?: Readonly<Record<string, unknown>>;
  },
): Promise<boolean> {
  const set = setAll(fields);
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: entry.pk },
    UpdateExpression: set.expression,
    ConditionExpression: `(${AS_READ}) OR (${done.condition})`,
    ExpressionAttributeNames: { ...set.names, ...done.names },
    ExpressionAttributeValues: { ...set.values, ...asRead(entry), ...done.values },
  });
  return written(table.dynamo.send(update));
}
