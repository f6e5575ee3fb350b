/** What a poller does with its queue. */
import type { Call } from '../emulators/calls.ts';

/** The most messages that SQS accepts or returns in one call. */
export const CALL_MAX = 10;
/** Number of parallel receives while a batch fills. */
const RECEIVES_MAX = 5;

/** A queue, and how to call its actions. */
export type SourceQueue = { call: Call; url: string; arn: string };

/** As SQS's JSON has it, or an SDK. */
export type Message = {
  MessageId?: string | undefined;
  ReceiptHandle?: string | undefined;
  Body?: string | undefined;
  MD5OfBody?: string | undefined;
  Attributes?: Record<string, string> | undefined;
  MessageAttributes?: Record<string, MessageAttribute> | undefined;
  MD5OfMessageAttributes?: string | undefined;
};

/** Binary values are in base64 in JSON, and bytes in an SDK. */
export type MessageAttribute = {
  DataType: string | undefined;
  StringValue?: string | undefined;
  BinaryValue?: string | Uint8Array | undefined;
};

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
  const input = {
    QueueUrl: queue.url,
    MaxNumberOfMessages: wanted,
    WaitTimeSeconds: waitSeconds,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  };
  const received = await queue.call<{ Messages?: Message[] }>('ReceiveMessage', input, signal);
  const { Messages = [] } = received ?? {};
  if (!signal.aborted) return Messages;
  await releaseMessages(queue, Messages);
  return [];
}

type Handle = { ReceiptHandle?: string | undefined };

/** Deletes processed messages. It is not an error if another delivery already deleted a message. */
export async function removeMessages({ call, url }: SourceQueue, handles: Handle[]): Promise<void> {
  await Promise.all(
    entriesOf(handles).map((Entries) => call('DeleteMessageBatch', { QueueUrl: url, Entries })),
  );
}

/** Makes received messages visible again at once. */
export async function releaseMessages({ call, url }: SourceQueue, handles: Handle[]) {
  await Promise.all(
    entriesOf(handles).map((entries) => {
      const visible = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
      return call('ChangeMessageVisibilityBatch', { QueueUrl: url, Entries: visible });
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
