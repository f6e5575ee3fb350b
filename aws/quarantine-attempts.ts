/**
 * Attempts, in the Quarantine entry of their message. Each write holds only for the attempt, or for the
 * attempts, that it was decided on.
 */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Attempt, Trouble } from '../core/attempt/attempts.ts';
import type { BodyLocation } from '../core/message/claim-check.ts';
import type { Lane, Origin } from '../core/message/messages.ts';
import { setAll, written, writtenOrStands } from './conditional-write.ts';
import type { Table } from './handles.ts';
import { type QuarantineTable, quarantineExpiry } from './quarantine-expiry.ts';
import {
  ofNoOlderRound,
  readTrouble,
  submissionFields,
  UNFINISHED,
  UNFINISHED_VALUES,
} from './quarantine-table.ts';

const THIS_ATTEMPT = (index: number) => `attempts[${index}].requestId = :requestId`;

export interface AttemptStart {
  readonly origin: Origin;
  readonly lane: Lane;
  /** As it was read; undefined if there was no item. */
  readonly seen: Trouble | undefined;
  /** The attempts that count. */
  readonly counted: readonly Attempt[];
  readonly attempt: Attempt;
  /** The object that it runs on, for a claim check. */
  readonly pinned?: BodyLocation | undefined;
}

/**
 * Records an attempt before it runs. False if another delivery was faster.
 * @throws NotWritten if it is known not to be recorded. After any other error it may be recorded.
 */
export function startAttempt(table: QuarantineTable, start: AttemptStart): Promise<boolean> {
  const { origin, lane, counted, attempt, pinned } = start;
  const index = counted.length;
  const fields = {
    ...submissionFields(origin, lane),
    status: 'in-isolation',
    attempts: [...counted, attempt],
    lastRequestId: attempt.requestId,
    expiresAt: quarantineExpiry(table, attempt.startedAt),
    pinned,
  };
  // A try that was given up may arrive after the attempt has ended, so even our own earlier write
  // fails the condition.
  return writtenOrStands(setAttempts(table, start, fields), async () => {
    const trouble = await readTrouble(table, origin.messageId);
    return trouble?.attempts[index]?.requestId === attempt.requestId;
  });
}

/** Removes attempts that do not count. False if the item has changed since it was read. */
export function forgetVoided(
  table: Table,
  { origin, lane, seen, counted }: Omit<AttemptStart, 'attempt' | 'pinned'>,
): Promise<boolean> {
  const fields = { ...submissionFields(origin, lane), status: 'in-isolation', attempts: counted };
  return written(setAttempts(table, { origin, seen }, fields));
}

/**
 * Sets fields while the attempts are as they were read. What an attempt came to may be recorded late, by its own
 * environment or by an observer of its death, and must not be overwritten.
 */
function setAttempts(
  table: Table,
  { origin, seen }: Pick<AttemptStart, 'origin' | 'seen'>,
  fields: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const attempts = seen?.attempts ?? [];
  const last = attempts.at(-1);
  const count = attempts.length;
  const unchanged =
    last === undefined
      ? '(attribute_not_exists(attempts) OR size(attempts) = :count)'
      : [
          `size(attempts) = :count AND attempts[${count - 1}].requestId = :last`,
          ...attempts.flatMap(notMoreKnown),
        ].join(' AND ');
  const round = ofNoOlderRound(origin);
  const set = setAll(fields);
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: origin.messageId },
    UpdateExpression: set.expression,
    ConditionExpression: `${UNFINISHED} AND ${unchanged} AND ${round.condition}`,
    ExpressionAttributeNames: { ...set.names, ...round.names },
    ExpressionAttributeValues: {
      ...set.values,
      ...round.values,
      ...UNFINISHED_VALUES,
      ':count': count,
      ...(last === undefined ? {} : { ':last': last.requestId }),
    },
  });
  return table.dynamo.send(update);
}

/** Nothing of the attempt at that index is known that was not known when it was read. */
function notMoreKnown(attempt: Attempt, index: number): readonly string[] {
  const absent = (['crash', 'ended'] as const).filter((name) => attempt[name] === undefined);
  return absent.map((name) => `attribute_not_exists(attempts[${index}].${name})`);
}

/** Records the crash that ended an attempt; false if the attempt is no longer there. */
export function endAttempt(
  table: Table,
  messageId: string,
  index: number,
  attempt: Required<Omit<Attempt, 'ownProcess'>>,
): Promise<boolean> {
  const at = `attempts[${index}]`;
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: messageId },
    UpdateExpression: `SET ${at}.crash = :crash, ${at}.reason = :reason, ${at}.ended = :ended`,
    ConditionExpression: THIS_ATTEMPT(index),
    ExpressionAttributeValues: {
      ':crash': attempt.crash,
      ':reason': attempt.reason,
      ':ended': attempt.ended,
      ':requestId': attempt.requestId,
    },
  });
  return written(table.dynamo.send(update));
}

/**
 * Records that an attempt ended without a crash. This write may arrive after its environment died, and after
 * an observer took that death for the attempt's crash: so it removes that. False if the attempt is no longer
 * there, or its message has ended.
 */
export function surviveAttempt(
  table: Table,
  messageId: string,
  index: number,
  { requestId, ended }: Pick<Required<Attempt>, 'requestId' | 'ended'>,
): Promise<boolean> {
  const at = `attempts[${index}]`;
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: messageId },
    UpdateExpression: `SET ${at}.ended = :ended REMOVE ${at}.crash, ${at}.reason`,
    ConditionExpression: `${UNFINISHED} AND ${THIS_ATTEMPT(index)}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ...UNFINISHED_VALUES,
      ':ended': ended,
      ':requestId': requestId,
    },
  });
  return written(table.dynamo.send(update));
}

/** Removes an attempt that met a fault of our own: it does not count (R09). */
export function voidAttempt(
  table: Table,
  messageId: string,
  index: number,
  requestId: string,
): Promise<boolean> {
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: messageId },
    UpdateExpression: `REMOVE attempts[${index}]`,
    ConditionExpression: THIS_ATTEMPT(index),
    ExpressionAttributeValues: { ':requestId': requestId },
  });
  return written(table.dynamo.send(update));
}
