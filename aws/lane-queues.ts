/** Sends, deletes and makes visible again the messages of a lane's queues, in batches of ten. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { claimCheckTo, claimIn, hopsOf } from '../core/message/claim-check.ts';
import { groupIdOf } from '../core/message/message-group.ts';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../core/message/messages.ts';
import { writeEnvelope } from '../core/message/origin.ts';
import {
  BATCH_ENTRIES_MAX,
  messageBytes,
  packBatches,
  SEND_BYTES_MAX,
  type Sendable,
} from '../core/message/send-batches.ts';
import { splitList } from '../core/message/split-list.ts';
import { isMessageBody } from '../core/message/sqs-characters.ts';
import { putBody } from './bodies-bucket.ts';
import type { Bucket, Queue } from './handles.ts';

/** SQS accepted the request, but not this entry. */
export class EntryRefused extends Error {
  override readonly name = 'EntryRefused';
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

interface Sent extends Sendable {
  /** The message's source: SQS lets no source's flood delay the others (R50). */
  readonly groupId: string | undefined;
  readonly delaySeconds?: number;
}

export interface Hop extends Sent {
  readonly groupId: string;
}

/**
 * A message for one of our own queues: the body and the envelope, nothing else. If both do not fit, or the body (it
 * came from the bucket) is empty or has characters that SQS refuses, it goes to the bucket, the envelope says so, and
 * the message holds a claim check. If the body is a claim check itself, only its white space is removed.
 */
export async function hop(body: string, envelope: Envelope, bucket: Bucket): Promise<Hop> {
  const whole = message(body, envelope);
  if (messageBytes(whole) <= SEND_BYTES_MAX && isMessageBody(body)) return whole;
  const claim = claimIn(body);
  if (claim.kind === 'claim-check') return message(claimCheckTo(claim.s3), envelope);
  // A dead letter stays in its bucket as long as its entry in Quarantine.
  const prefix = envelope.deadLetter === undefined ? hopsOf(envelope.lane) : 'quarantine/';
  const laid = await putBody(bucket, prefix, envelope, body);
  return message(claimCheckTo(laid), { ...envelope, laid });
}

function message(body: string, envelope: Envelope): Hop {
  const attributes = { [ENVELOPE_ATTRIBUTE]: writeEnvelope(envelope) };
  return { body, attributes, groupId: groupIdOf(envelope.source) };
}

/** Sends all. Returns the error of each that was not accepted, by index. Never throws. */
export async function sendAll(
  queue: Queue,
  messages: readonly Sent[],
): Promise<(Error | undefined)[]> {
  const results = packBatches(messages).map((batch) => sendBatch(queue, batch));
  return (await Promise.all(results)).flat();
}

async function sendBatch(queue: Queue, batch: readonly Sent[]): Promise<(Error | undefined)[]> {
  const Entries = batch.map((message, position) => ({
    Id: String(position),
    MessageBody: message.body,
    MessageGroupId: message.groupId,
    DelaySeconds: message.delaySeconds,
    MessageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    ),
  }));
  try {
    const answer = await queue.sqs.send(
      new SendMessageBatchCommand({ QueueUrl: queue.url, Entries }),
    );
    const accepted = new Set((answer.Successful ?? []).map((entry) => entry.Id));
    const refused = new Map((answer.Failed ?? []).map((entry) => [entry.Id, entry]));
    return Entries.map(({ Id }) => {
      if (accepted.has(Id)) return undefined;
      const entry = refused.get(Id);
      return new EntryRefused(entry?.Code ?? 'Unanswered', entry?.Message ?? 'no answer for it');
    });
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    return Entries.map(() => cause);
  }
}

/**
 * Deletes received messages. Throws if a request fails. A message whose entry fails becomes visible
 * again.
 */
export async function deleteAll(queue: Queue, receiptHandles: readonly string[]): Promise<void> {
  await Promise.all(
    splitList(receiptHandles, BATCH_ENTRIES_MAX).map((handles) =>
      queue.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: handles.map((ReceiptHandle, position) => ({
            Id: String(position),
            ReceiptHandle,
          })),
        }),
      ),
    ),
  );
}

export interface ShowAgain {
  readonly receiptHandle: string;
  readonly seconds: number;
}

/** Changes when received messages become visible again. Throws if a request fails, or an entry of one. */
export async function showAgain(queue: Queue, messages: readonly ShowAgain[]): Promise<void> {
  const answers = await Promise.all(
    splitList(messages, BATCH_ENTRIES_MAX).map((some) =>
      queue.sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queue.url,
          Entries: some.map(({ receiptHandle, seconds }, position) => ({
            Id: String(position),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          })),
        }),
      ),
    ),
  );
  const [refused] = answers.flatMap(({ Failed = [] }) => Failed);
  if (refused !== undefined)
    throw new EntryRefused(refused.Code ?? 'Unanswered', refused.Message ?? 'no reason');
}
