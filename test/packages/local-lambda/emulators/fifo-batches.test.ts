import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeEach, expect, test } from 'vitest';
import { testClients } from '../../../support/clients.ts';
import { receive, remove } from '../../../support/delivery.ts';
import { type Queue, queue } from '../../../support/provision.ts';
import { useEmulators } from '../../../support/use-emulators.ts';

useEmulators();
let fifo: Queue;
let queues = 0;
beforeEach(async () => {
  queues += 1;
  fifo = queue(`q${queues}.fifo`, { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
});

async function send(group: string, ...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies) {
    const command = new SendMessageCommand({
      QueueUrl: fifo.url,
      MessageBody,
      MessageGroupId: group,
    });
    await testClients().sqs.send(command);
  }
}
const bodies = async (max?: number) => (await receive(fifo, max)).map(({ body }) => body);

test('a receive returns many messages of one group in order; the group then waits until they end', async () => {
  await send('g', '1', '2', '3', '4');
  const records = await receive(fifo, 3);
  expect(records.map(({ body }) => body)).toEqual(['1', '2', '3']);
  expect(await bodies()).toEqual([]);
  await remove(fifo, records.slice(0, 2));
  expect(await bodies()).toEqual([]);
  await remove(fifo, records.slice(2));
  expect(await bodies()).toEqual(['4']);
});

test('another group is free meanwhile', async () => {
  await send('g', '1', '2');
  await bodies(1);
  await send('h', '3', '4');
  expect(await bodies()).toEqual(['3', '4']);
});

test('messages that come back together are in order again', async () => {
  await send('g', '1', '2', '3');
  for (const { receiptHandle: ReceiptHandle } of await receive(fifo)) {
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: fifo.url,
      ReceiptHandle,
      VisibilityTimeout: 0,
    });
    await testClients().sqs.send(command);
  }
  expect(await bodies()).toEqual(['1', '2', '3']);
});
