import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Clients,
  createClients,
  destroyClients,
} from '../../../../packages/local-lambda/clients.ts';
import {
  type Call,
  type HttpCalls,
  httpCalls,
  QueueRefusal,
} from '../../../../packages/local-lambda/emulators/calls.ts';
import {
  type Emulators,
  startEmulators,
} from '../../../../packages/local-lambda/emulators/emulators.ts';
import {
  type Message,
  receiveMessages,
  releaseMessages,
  removeMessages,
} from '../../../../packages/local-lambda/event-source/source-queue.ts';

let emulators: Emulators;
let clients: Clients;
let overHttp: HttpCalls;
beforeAll(async () => {
  emulators = await startEmulators(undefined);
  clients = createClients(emulators.endpoints);
  overHttp = httpCalls(emulators.endpoints.sqs);
});
afterAll(async () => {
  destroyClients(clients);
  overHttp.stop();
  await emulators.stop();
});

describe.each([
  ['to the thread', () => emulators.call],
  ['over HTTP', () => overHttp.call],
])('calls %s', (name, callOf: () => Call) => {
  let queue: { call: Call; url: string; arn: string };
  const signal = new AbortController().signal;
  const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body).sort();
  const send = (MessageBody: string) =>
    queue.call('SendMessage', { QueueUrl: queue.url, MessageBody });

  beforeAll(async () => {
    const QueueName = name.replaceAll(' ', '-');
    const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName }));
    queue = { call: callOf(), url: QueueUrl, arn: 'unused' };
  });

  test('a message is received with its attributes, released, and removed', async () => {
    await queue.call('SendMessage', {
      QueueUrl: queue.url,
      MessageBody: '{"é":"😀"}',
      MessageAttributes: { bytes: { DataType: 'Binary', BinaryValue: 'AAEC' } },
    });
    const [first] = await receiveMessages(queue, 10, 5, signal);
    expect(first).toMatchObject({
      Body: '{"é":"😀"}',
      Attributes: { ApproximateReceiveCount: '1', SenderId: '000000000000' },
      MessageAttributes: { bytes: { DataType: 'Binary', BinaryValue: 'AAEC' } },
    });
    await releaseMessages(queue, first ? [first] : []);
    const again = await receiveMessages(queue, 10, 5, signal);
    expect(again[0]?.Attributes?.['ApproximateReceiveCount']).toBe('2');
    await removeMessages(queue, again);
    expect(await receiveMessages(queue, 10, 0, signal)).toEqual([]);
  });

  test('a long poll gets what is sent later', async () => {
    const polled = receiveMessages(queue, 10, 20, signal);
    await send('later');
    const messages = await polled;
    expect(bodies(messages)).toEqual(['later']);
    await removeMessages(queue, messages);
  });

  test('a poll that is aborted takes no message with it', async () => {
    const stopping = new AbortController();
    const polls = [1, 2, 3].map(() => receiveMessages(queue, 10, 20, stopping.signal));
    const sent = [send('a'), send('b')];
    stopping.abort();
    const taken = (await Promise.all(polls)).flat();
    await Promise.all(sent);
    const left: Message[] = [];
    while (taken.length + left.length < 2)
      left.push(...(await receiveMessages(queue, 10, 5, signal)));
    expect(bodies([...taken, ...left])).toEqual(['a', 'b']);
    await removeMessages(queue, [...taken, ...left]);
  });

  test('a poll after the abort asks nothing', async () => {
    expect(await receiveMessages(queue, 10, 20, AbortSignal.abort())).toEqual([]);
  });

  test('a refusal is thrown', async () => {
    const gone = queue.call('ReceiveMessage', { QueueUrl: `${queue.url}-gone` });
    await expect(gone).rejects.toThrow(QueueRefusal);
  });
});
