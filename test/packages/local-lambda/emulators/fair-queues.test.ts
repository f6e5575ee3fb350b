import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClients } from '../../../../packages/local-lambda/clients.ts';
import {
  type Emulators,
  startEmulators,
} from '../../../../packages/local-lambda/emulators/emulators.ts';

let emulators: Emulators;
let sqs: SQSClient;
beforeAll(async () => {
  emulators = await startEmulators(undefined);
  ({ sqs } = createClients(emulators.endpoints));
});
afterAll(async () => {
  sqs.destroy();
  await emulators.stop();
});

const create = async (name: string, Attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }))).QueueUrl ?? '';

async function send(QueueUrl: string, group: string | undefined, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 10) {
    const Entries = Array.from({ length: Math.min(10, count - sent) }, (_, index) => ({
      Id: String(index),
      MessageBody: group ?? 'nobody',
      MessageGroupId: group,
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function receive(QueueUrl: string) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
    }),
  );
  return Messages;
}

test('R50: the emulator delivers quiet tenants before a flood, and the flood afterwards', async () => {
  const url = await create('fair');
  await send(url, 'flood', 60);
  await send(url, 'quiet', 3);
  const bodies: (string | undefined)[] = [];
  for (let receives = 0; receives < 7; receives++) {
    bodies.push(...(await receive(url)).map(({ Body }) => Body));
  }
  expect(bodies).toHaveLength(63);
  expect(bodies.slice(30, 33)).toEqual(['quiet', 'quiet', 'quiet']);
});

test('a receive returns each message’s group, and none for a message without one', async () => {
  const url = await create('groups');
  await send(url, 'lab', 1);
  await send(url, undefined, 1);
  const groups = (await receive(url)).map(({ Attributes }) => Attributes?.MessageGroupId);
  expect(groups).toEqual(['lab', undefined]);
});

test('a message that was returned, deleted or purged is no longer in flight', async () => {
  const url = await create('returns');
  await send(url, 'flood', 31);
  const taken = [...(await receive(url)), ...(await receive(url)), ...(await receive(url))];
  const [first, ...others] = taken;
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: url,
      ReceiptHandle: first?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  for (let start = 0; start < others.length; start += 10) {
    const Entries = others
      .slice(start, start + 10)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  }
  await send(url, 'quiet', 1);
  expect((await receive(url)).map(({ Body }) => Body).toSorted()).toEqual([
    'flood',
    'flood',
    'quiet',
  ]);
  await send(url, 'flood', 5);
  await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
  expect(await receive(url)).toEqual([]);
  await send(url, 'after', 1);
  expect((await receive(url)).map(({ Body }) => Body)).toEqual(['after']);
});
