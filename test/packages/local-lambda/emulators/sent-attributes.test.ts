import {
  CreateTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Emulators,
  startEmulators,
} from '../../../../packages/local-lambda/emulators/emulators.ts';

let emulators: Emulators;
const clients: SQSClient[] = [];
beforeAll(async () => {
  emulators = await startEmulators(undefined);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await emulators.stop();
});

function sqsOf(accessKeyId: string): SQSClient {
  const client = new SQSClient({
    region: 'us-east-1',
    endpoint: emulators.endpoints.sqs,
    credentials: { accessKeyId, secretAccessKey: 'test' },
    useQueueUrlAsEndpoint: false,
  });
  clients.push(client);
  return client;
}

async function received(QueueUrl: string, names: ('All' | 'SentTimestamp')[] = ['All']) {
  const { Messages = [] } = await sqsOf('test').send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: names,
    }),
  );
  return Messages;
}

async function create(QueueName: string, Attributes: Record<string, string> = {}) {
  const answer = await sqsOf('test').send(new CreateQueueCommand({ QueueName, Attributes }));
  return answer.QueueUrl ?? '';
}

test.each([
  ['AROAHOSPITALA:somebody', 'AROAHOSPITALA:somebody'],
  ['AIDAHOSPITALB', 'AIDAHOSPITALB'],
  ['test', '000000000000'],
])('a message signed as %s has the sender %s', async (accessKeyId, sender) => {
  const url = await create(`of-${accessKeyId.replace(/\W/g, '-')}`);
  await sqsOf(accessKeyId).send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'hello' }));
  const [message] = await received(url);
  expect(message?.Attributes).toMatchObject({ SenderId: sender });
  expect(message?.Attributes).not.toHaveProperty('MessageDeduplicationId');
});

test('in a batch of which one is refused, each keeps its own group', async () => {
  const url = await create('batch');
  await sqsOf('AIDALAB').send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: [
        { Id: '0', MessageBody: 'same', MessageGroupId: 'a' },
        { Id: '1', MessageBody: 'refused \u0001', MessageGroupId: 'b' },
        { Id: '2', MessageBody: 'same', MessageGroupId: 'c' },
        { Id: '3', MessageBody: 'same' },
      ],
    }),
  );
  const attributes = (await received(url)).map(({ Attributes }) => Attributes);
  expect(attributes.map((one) => one?.MessageGroupId)).toEqual(['a', 'c', undefined]);
  expect(attributes.map((one) => one?.SenderId)).toEqual(['AIDALAB', 'AIDALAB', 'AIDALAB']);
});

test('only requested attributes are returned, and a FIFO queue keeps its own', async () => {
  const url = await create('asked');
  const send = { QueueUrl: url, MessageBody: 'hello', MessageGroupId: 'a' };
  await sqsOf('AIDALAB').send(new SendMessageCommand(send));
  const [message] = await received(url, ['SentTimestamp']);
  expect(Object.keys(message?.Attributes ?? {})).toEqual(['SentTimestamp']);
  const fifo = await create('ordered.fifo', { FifoQueue: 'true' });
  const once = { ...send, QueueUrl: fifo, MessageDeduplicationId: 'once' };
  await sqsOf('AIDALAB').send(new SendMessageCommand(once));
  await sqsOf('AIDALAB').send(new SendMessageCommand(once));
  const messages = await received(fifo);
  expect(messages).toHaveLength(1);
  expect(messages[0]?.Attributes).toMatchObject({
    MessageGroupId: 'a',
    MessageDeduplicationId: 'once',
    SenderId: 'AIDALAB',
  });
  const next = { ...once, MessageBody: 'next', MessageDeduplicationId: 'next' };
  await sqsOf('AROALAB:x').send(new SendMessageCommand(next));
  // The first of its group is still in flight.
  await sqsOf('test').send(
    new DeleteMessageCommand({ QueueUrl: fifo, ReceiptHandle: messages[0]?.ReceiptHandle }),
  );
  const [second] = await received(fifo);
  expect(second?.Attributes).toMatchObject({ SenderId: 'AROALAB:x' });
  expect(second?.Attributes?.SequenceNumber).not.toBe(messages[0]?.Attributes?.SequenceNumber);
});

test('a message through a topic has the service as its sender', async () => {
  const url = await create('of-a-topic');
  const sns = new SNSClient({
    region: 'us-east-1',
    endpoint: emulators.endpoints.sqs,
    credentials: { accessKeyId: 'AROASTRANGER:x', secretAccessKey: 'test' },
  });
  const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: 'told' }));
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:of-a-topic';
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
  await sns.send(new PublishCommand({ TopicArn, Message: 'hello' }));
  sns.destroy();
  await expect
    .poll(async () => (await received(url))[0]?.Attributes?.SenderId)
    .toMatch(/^AIDA[A-Z]+$/);
});
