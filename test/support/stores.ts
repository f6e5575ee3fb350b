/** The contents of a world's tables, queues and bucket. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { testClients } from './clients.ts';
import { onQueues, onTables } from './emulators.ts';
import type { Queue } from './provision.ts';

export type Item = Record<string, unknown>;

export async function itemsOf(table: string): Promise<Item[]> {
  const { Items } = await onTables<{ Items: Record<string, AttributeValue>[] }>('scan', {
    TableName: table,
  });
  return Items.map((item) => plain({ M: item }) as Item);
}

type AttributeValue = Readonly<Record<string, unknown>>;

/** As the SDK's document client reads an attribute. */
function plain(value: AttributeValue): unknown {
  const [[type, held] = []] = Object.entries(value);
  switch (type) {
    case 'S':
    case 'BOOL':
      return held;
    case 'N':
      return Number(held);
    case 'NULL':
      return null;
    case 'L':
      return (held as AttributeValue[]).map(plain);
    case 'M':
      return Object.fromEntries(
        Object.entries(held as AttributeValue).map(([key, each]) => [
          key,
          plain(each as AttributeValue),
        ]),
      );
    default:
      throw new Error(`attributes of type ${type} are not read here`);
  }
}

type Depths = Readonly<
  Partial<
    Record<
      | 'ApproximateNumberOfMessages'
      | 'ApproximateNumberOfMessagesNotVisible'
      | 'ApproximateNumberOfMessagesDelayed',
      string
    >
  >
>;

/** Messages in a queue, visible or not. */
export async function depthOf(queue: Queue): Promise<number> {
  const { Attributes } = await onQueues<{ Attributes: Depths }>('GetQueueAttributes', {
    QueueUrl: queue.url,
    AttributeNames: ['All'],
  });
  const counts = [
    Attributes.ApproximateNumberOfMessages,
    Attributes.ApproximateNumberOfMessagesNotVisible,
    Attributes.ApproximateNumberOfMessagesDelayed,
  ];
  return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
}

export async function objectAt(location: { bucket: string; key: string }): Promise<string> {
  const { Body } = await testClients().s3.send(
    new GetObjectCommand({ Bucket: location.bucket, Key: location.key }),
  );
  return (await Body?.transformToString()) ?? '';
}
