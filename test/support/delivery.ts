/** Delivers the messages of a queue to a handler as Lambda's event source mapping does. */
import { randomUUID } from 'node:crypto';
import type { Message } from '@aws-sdk/client-sqs';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { onQueues } from './emulators.ts';
import type { Queue } from './provision.ts';

export type SqsHandler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

export interface Delivery {
  readonly records: readonly SQSRecord[];
  readonly failed: readonly string[];
}

/** Enough on any busy machine: more than all that one invocation may wait for. */
const LEISURE_MS = 300_000;

/** A context with that much time left, counted from now. */
export function contextWith(timeoutMs = LEISURE_MS): Context {
  const end = Date.now() + timeoutMs;
  return {
    awsRequestId: randomUUID(),
    functionName: 'under-test',
    getRemainingTimeInMillis: () => end - Date.now(),
  } as Context;
}

export async function send(
  queue: Queue,
  body: string,
  attributes: Record<string, string> = {},
): Promise<string> {
  const { MessageId } = await onQueues<{ MessageId: string }>('SendMessage', {
    QueueUrl: queue.url,
    MessageBody: body,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    ),
  });
  return MessageId;
}

/** Receives messages as records; they stay invisible for half a minute. */
export async function receive(queue: Queue, max = 10): Promise<SQSRecord[]> {
  const { Messages = [] } = await onQueues<{ Messages?: Message[] }>('ReceiveMessage', {
    QueueUrl: queue.url,
    MaxNumberOfMessages: max,
    VisibilityTimeout: 30,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  return Messages.map((message) => toRecord(message, queue));
}

/** One delivery: receive, invoke, delete what is done. Undefined if nothing was visible. */
export async function deliver(
  handler: SqsHandler,
  queue: Queue,
  { max = 10, context = contextWith() }: { max?: number; context?: Context } = {},
): Promise<Delivery | undefined> {
  const records = await receive(queue, max);
  if (records.length === 0) return undefined;
  const { batchItemFailures } = await handler({ Records: records }, context);
  const failed = batchItemFailures.map((failure) => failure.itemIdentifier);
  await remove(
    queue,
    records.filter((record) => !failed.includes(record.messageId)),
  );
  return { records, failed };
}

export async function remove(queue: Queue, records: readonly SQSRecord[]): Promise<void> {
  for (const { receiptHandle: ReceiptHandle } of records) {
    await onQueues('DeleteMessage', { QueueUrl: queue.url, ReceiptHandle });
  }
}

function toRecord(message: Message, queue: Queue): SQSRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {});
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: Object.fromEntries(
      attributes.map(([name, { DataType = 'String', StringValue }]) => [
        name,
        { dataType: DataType, ...(StringValue !== undefined && { stringValue: StringValue }) },
      ]),
    ) as SQSRecord['messageAttributes'],
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: 'us-east-1',
  };
}
