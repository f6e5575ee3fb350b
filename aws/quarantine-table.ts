/**
 * Messages in trouble. An item is created by the first attempt, or by a rejection, and only ever changes
 * under a condition on what was read, so that copies of one message in two queues end as one outcome (R04).
 */
import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  QUARANTINE_STATUSES,
  type QuarantineStatus,
  type Trouble,
} from '../core/attempt/attempts.ts';
import {
  claimCheckSchema,
  crashKindSchema,
  type Lane,
  type Origin,
} from '../core/message/messages.ts';
import type { CrashKind } from '../packages/isolation/death.ts';
import type { PlacedBody } from './bodies-bucket.ts';
import { setAll, written } from './conditional-write.ts';
import { removeAll } from './expressions.ts';
import type { Table } from './handles.ts';
import { type QuarantineTable, quarantineExpiry } from './quarantine-expiry.ts';
import { fingerprintShard } from './quarantine-fingerprints.ts';

/** No outcome yet, or one that an operator's redrive took back. */
export const UNFINISHED =
  '(attribute_not_exists(pk) OR #status = :inIsolation OR #status = :redriven)';
export const UNFINISHED_VALUES = { ':inIsolation': 'in-isolation', ':redriven': 'redriven' };

/** What belongs to an older round than the entry changes nothing (core/message/redrive.ts). */
const OF_NO_OLDER_ROUND = '(attribute_not_exists(#round) OR #round <= :ofRound)';

/** The condition on the round, with its names and values. */
export function ofNoOlderRound({ round }: Pick<Origin, 'round'>) {
  return {
    condition: OF_NO_OLDER_ROUND,
    names: { '#round': 'round' },
    values: { ':ofRound': round ?? 0 },
  };
}

const troubleSchema = z.object({
  status: z.enum(QUARANTINE_STATUSES),
  round: z.number().optional(),
  attempts: z
    .array(
      z.object({
        requestId: z.string(),
        startedAt: z.number(),
        crash: crashKindSchema.optional(),
        reason: z.string().optional(),
        ended: z.number().optional(),
        ownProcess: z.literal(true).optional(),
      }),
    )
    .default([]),
  pinned: claimCheckSchema.shape.s3.optional(),
  correlationId: z.string().optional(),
});

/** The item of a message in trouble; read consistently. */
export async function readTrouble(table: Table, messageId: string): Promise<Trouble | undefined> {
  const { Item } = await table.dynamo.send(
    new GetCommand({ TableName: table.name, Key: { pk: messageId }, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : troubleSchema.parse(Item);
}

/** Names that producers chose. Without a body nothing shows whom such an entry names, so no erasure finds it. */
const CHOSEN_BY_PRODUCERS = ['file', 'pinned'];

/**
 * The message turned out valid and is in Resources, with its file; false if it ended otherwise.
 * @param storedAt epoch ms; the entry keeps the first one, so that the message ends once (R63)
 */
export function markStored(
  table: Table,
  origin: Pick<Origin, 'messageId' | 'round'>,
  storedAt: number,
): Promise<boolean> {
  const round = ofNoOlderRound(origin);
  const set = setAll({ status: 'stored' satisfies QuarantineStatus });
  const gone = removeAll(CHOSEN_BY_PRODUCERS);
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: origin.messageId },
    UpdateExpression: `${set.expression}, storedAt = if_not_exists(storedAt, :storedAt) ${gone.expression}`,
    ConditionExpression: `attribute_exists(pk) AND (${UNFINISHED} OR #status = :status) AND ${round.condition}`,
    ExpressionAttributeNames: { ...set.names, ...gone.names, ...round.names },
    ExpressionAttributeValues: {
      ...set.values,
      ...UNFINISHED_VALUES,
      ...round.values,
      ':storedAt': storedAt,
    },
  });
  return written(table.dynamo.send(update));
}

/** A redrive that was only announced: its sender died, or has not continued yet. */
const ANNOUNCED =
  '(#status = :quarantined AND attribute_exists(redrive) AND attribute_not_exists(redrive.sentAt))';

/** The server has stored a redriven delivery or a newer submission. False as above. */
export function markDelivered(table: Table, entryId: string): Promise<boolean> {
  const set = setAll({ status: 'delivered' satisfies QuarantineStatus });
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: entryId },
    UpdateExpression: set.expression,
    ConditionExpression: `attribute_exists(pk) AND (${UNFINISHED} OR #status = :status OR ${ANNOUNCED})`,
    ExpressionAttributeNames: set.names,
    ExpressionAttributeValues: {
      ...set.values,
      ...UNFINISHED_VALUES,
      ':quarantined': 'quarantined',
    },
  });
  return written(table.dynamo.send(update));
}

export interface QuarantineEntry {
  readonly origin: Origin;
  readonly lane: Lane;
  readonly kind: 'rejection' | 'dead-letter' | 'undelivered';
  readonly reason: string;
  /** What crashed it, for a dead letter. */
  readonly crash?: CrashKind;
  /** OperationOutcome as JSON, for a rejection. */
  readonly outcome?: string;
  readonly fingerprint: string;
  /** For a failed delivery: the item of Resources, and which submission it was. */
  readonly delivery?: { readonly pk: string; readonly submissionOrder: string };
  /** Absent if its patient was erased. */
  readonly placed?: PlacedBody | undefined;
  /** The number of that erasure. */
  readonly erasure?: number | undefined;
}

/** What a redriven entry may still hold of its former ending. */
const EVIDENCE = ['crash', 'outcome', 'body', 'bodyS3'];
/**
 * What else an entry may hold of an erased patient, from attempts and rounds before the erasure. Who sent it back is in
 * the audit log.
 */
const NAMING = ['file', 'pinned', 'original', 'corrections', 'rounds'];

/** The state that this very write leaves: the SDK tries again if an answer was lost. */
const THIS_END =
  '(#status = :status AND #quarantinedAt = :quarantinedAt AND #fingerprint = :fingerprint)';

/**
 * Ends a message in quarantine; false if it already has an outcome (R04), or was redriven since. Keeps its
 * attempts.
 */
export async function quarantine(
  table: QuarantineTable,
  entry: QuarantineEntry,
  now: number,
): Promise<boolean> {
  // For a delivery, the item of Resources decides, and its lease is the fence.
  if (entry.delivery !== undefined) return quarantineDelivery(table, entry, now);
  const round = ofNoOlderRound(entry.origin);
  const condition = `(${UNFINISHED} AND ${round.condition}) OR ${THIS_END}`;
  const values = { ...UNFINISHED_VALUES, ...round.values };
  return enter(table, entry, now, { ...round, condition, values });
}

/** The server may refuse it again before the redrive has recorded that it is redriven. */
async function quarantineDelivery(
  table: QuarantineTable,
  entry: QuarantineEntry,
  now: number,
): Promise<boolean> {
  const first = { condition: `${UNFINISHED} OR ${THIS_END}`, values: UNFINISHED_VALUES };
  const again = {
    condition: ANNOUNCED,
    values: { ':quarantined': 'quarantined' },
    remove: ['redrive'],
  };
  return (await enter(table, entry, now, first)) || enter(table, entry, now, again);
}

interface Entering {
  readonly condition: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
}

function enter(
  table: QuarantineTable,
  { origin, lane, placed, ...evidence }: QuarantineEntry,
  now: number,
  { condition, names, values, remove = [] }: Entering,
): Promise<boolean> {
  const fields: Readonly<Record<string, unknown>> = {
    ...submissionFields(origin, lane),
    ...evidence,
    ...placed,
    status: 'quarantined',
    quarantinedAt: now,
    expiresAt: quarantineExpiry(table, now),
    fingerprintShard: fingerprintShard(evidence.fingerprint, origin.messageId),
  };
  const set = setAll(fields);
  const former = evidence.erasure === undefined ? EVIDENCE : [...EVIDENCE, ...NAMING];
  const gone = removeAll([...former.filter((name) => fields[name] === undefined), ...remove]);
  const update = new UpdateCommand({
    TableName: table.name,
    Key: { pk: origin.messageId },
    UpdateExpression: `${set.expression}, attempts = if_not_exists(attempts, :none) ${gone.expression}`,
    ConditionExpression: condition,
    ExpressionAttributeNames: { ...set.names, ...gone.names, ...names },
    ExpressionAttributeValues: {
      ...set.values,
      ...values,
      ':none': [],
    },
  });
  return written(table.dynamo.send(update));
}

/** Where a message came from, in every entry. Undecided ids are left out. */
export function submissionFields(origin: Origin, lane: Lane) {
  const { messageId: _, undecided: __, ...said } = origin;
  return { ...said, lane };
}
