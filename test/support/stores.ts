/** What lies in a world's tables, queues and bucket. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { testClients } from './clients.ts';
import type { Queue } from './world.ts';

export type Item = Record<string, unknown>;

export async function itemsOf(table: string): Promise<Item[]> {
  const { Items = [] } = await testClients().dynamo.send(
    new ScanCommand({ TableName: table, ConsistentRead: true }),
  );
  return Items;
}

/** Messages in a queue, visible or not. */
export async function depthOf(queue: Queue): Promise<number> {
  const { Attributes = {} } = await testClients().sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
  );
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
