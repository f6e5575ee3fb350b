/** Sends one batch until each of its messages is accepted, or refused for good. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand, SQSServiceException } from '@aws-sdk/client-sqs';
import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import type { Target } from '../target.ts';
import type { Outgoing } from './outgoing.ts';

export interface Accepted {
  readonly message: Outgoing;
  readonly messageId: string;
}

export interface Refused {
  readonly message: Outgoing;
  readonly reason: string;
}

/** The SDK repeats failed requests; this repeats single messages that the queue refused. */
const ATTEMPTS_MAX = 5;
const BACKOFF_MS = 200;

/** Never throws: every message of the batch is in exactly one of the two lists. */
export async function sendBatch(
  target: Target,
  batch: readonly Outgoing[],
  wait: (ms: number) => Promise<void>,
): Promise<{ accepted: Accepted[]; refused: Refused[] }> {
  const accepted: Accepted[] = [];
  const { stored: pending, refused } = await storeBodies(target, batch);
  for (let attempt = 1; pending.length > 0; attempt++) {
    const answer = await sendOnce(target, pending.splice(0));
    accepted.push(...answer.accepted);
    for (const { message, reason, final } of answer.failed) {
      if (final || attempt === ATTEMPTS_MAX) refused.push({ message, reason });
      else pending.push(message);
    }
    if (pending.length > 0) await wait(BACKOFF_MS * 2 ** (attempt - 1));
  }
  return { accepted, refused };
}

/** The bodies of claim checks go first: a message never points at a missing object. */
async function storeBodies({ s3 }: Target, batch: readonly Outgoing[]) {
  const stored: Outgoing[] = [];
  const refused: Refused[] = [];
  for (const message of batch) {
    try {
      if (message.upload !== undefined) {
        const { bucket, key, text } = message.upload;
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
      }
      stored.push(message);
    } catch (error) {
      refused.push({ message, reason: `its body was not stored: ${said(error)}` });
    }
  }
  return { stored, refused };
}

async function sendOnce({ sqs, queueUrl }: Target, batch: readonly Outgoing[]) {
  const accepted: Accepted[] = [];
  const failed: (Refused & { final: boolean })[] = [];
  const Entries = batch.map(({ body, attributes, groupId }, index) => ({
    Id: String(index),
    MessageBody: body,
    MessageGroupId: groupId,
    MessageAttributes: attributes,
  }));
  try {
    const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    const ids = new Map(answer.Successful?.map(({ Id, MessageId }) => [Id, MessageId]));
    const failures = new Map(answer.Failed?.map((failure) => [failure.Id, failure]));
    batch.forEach((message, index) => {
      const messageId = ids.get(String(index));
      const failure = failures.get(String(index));
      if (messageId !== undefined) accepted.push({ message, messageId });
      else {
        const reason = failure?.Message ?? failure?.Code ?? 'the queue did not say why';
        failed.push({ message, reason, final: failure?.SenderFault ?? false });
      }
    });
  } catch (error) {
    const final = isSendersFault(error);
    for (const message of batch) failed.push({ message, reason: said(error), final });
  }
  return { accepted, failed };
}

/** Repeating cannot help if the request itself is wrong (no such queue, no permission). A throttle is also called the client's fault. */
function isSendersFault(error: unknown): boolean {
  if (!(error instanceof SQSServiceException) || error.$fault !== 'client') return false;
  const failure = error as Parameters<typeof isThrottlingError>[0];
  return !isThrottlingError(failure) && !isTransientError(failure) && error.name !== 'KmsThrottled';
}

function said(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
