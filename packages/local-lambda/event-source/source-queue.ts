import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';

/** The most messages that SQS accepts or returns in one call. */
const CALL_MAX = 10;
/** Number of parallel receives while a batch fills. */
const RECEIVES_MAX = 5;

/** A queue with its client. */
export type SourceQueue = { sqs: SQSClient; url: string; arn: string };

/**
 * Receives up to `wanted` messages. Waits up to `waitSeconds` for the first one. If the first call
 * returns ten, there are probably more, so further calls run in parallel. An aborted wait returns
 * none.
 */
export async function receiveMessages(
  queue: SourceQueue,
  wanted: number,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<Message[]> {
  const first = await receiveOnce(queue, Math.min(CALL_MAX, wanted), waitSeconds, signal);
  const more = Math.min(RECEIVES_MAX, Math.floor((wanted - first.length) / CALL_MAX));
  if (first.length < CALL_MAX || more === 0) return first;
  const calls = Array.from({ length: more }, () => receiveOnce(queue, CALL_MAX, 0, signal));
  return [...first, ...(await Promise.all(calls)).flat()];
}

async function receiveOnce(
  queue: SourceQueue,
  wanted: number,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: wanted,
    WaitTimeSeconds: waitSeconds,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  try {
    const { Messages = [] } = await queue.sqs.send(command, { abortSignal: signal });
    return Messages;
  } catch (error) {
    if (signal.aborted) return [];
    throw error;
  }
}

type Handle = { ReceiptHandle?: string | undefined };

/** Deletes processed messages. It is not an error if another delivery already deleted a message. */
export async function removeMessages({ sqs, url }: SourceQueue, handles: Handle[]): Promise<void> {
  await Promise.all(
    entriesOf(handles).map((entries) =>
      sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries })),
    ),
  );
}

/** Makes received messages visible again at once. */
/** Makes messages that were received and not delivered visible again, at once. */
export async function releaseMessages({ sqs, url }: SourceQueue, records: SQSRecord[]) {
  const handles = records.map(({ receiptHandle }) => ({ ReceiptHandle: receiptHandle }));
  await Promise.all(
    entriesOf(handles).map((entries) => {
      const visible = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
      return sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: visible }));
    }),
  );
}

/** Divides the entries into batch calls. */
function entriesOf(handles: Handle[]): { Id: string; ReceiptHandle: string | undefined }[][] {
  const calls: { Id: string; ReceiptHandle: string | undefined }[][] = [];
  for (let start = 0; start < handles.length; start += CALL_MAX) {
    const slice = handles.slice(start, start + CALL_MAX);
    calls.push(slice.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })));
  }
  return calls;
}
