import {
  CreateQueueCommand,
  type MessageAttributeValue,
  SendMessageBatchCommand,
  SendMessageCommand,
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
let QueueUrl: string | undefined;
beforeAll(async () => {
  emulators = await startEmulators(undefined);
  ({ sqs } = createClients(emulators.endpoints));
  ({ QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'strict' })));
});
afterAll(async () => {
  sqs.destroy();
  await emulators.stop();
});

const text = (StringValue: string, DataType = 'String'): MessageAttributeValue => ({
  DataType,
  StringValue,
});

const REFUSED: [string, Record<string, MessageAttributeValue>, RegExp][] = [
  ['an empty value', { source: text('') }, /'source' must contain a non-empty value/],
  ['a control character', { source: text('a\u0007') }, /'source' has characters/],
  ['half of a pair', { source: text('a\ud83d') }, /'source' has characters/],
  ['a number that is none', { line: text('seven', 'Number') }, /cast the value .* 'line'/],
  ['no type', { source: text('a', '') }, /type of message \(user\) attribute 'source'/],
  ['another type', { source: text('a', 'Text') }, /type of message \(user\) attribute 'source'/],
  ['a text for bytes', { source: text('a', 'Binary') }, /'source' must contain a non-empty value/],
  ['a reserved name', { 'aws.source': text('a') }, /name .* 'aws\.source' is invalid/],
  ['a name with a space', { 'my source': text('a') }, /name .* 'my source' is invalid/],
  [
    'eleven of them',
    Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, text('x')])),
    /\[11\] exceeds the allowed maximum \[10\]/,
  ],
];

test.each(REFUSED)('attributes with %s are refused, as SQS does', async (_, given, reason) => {
  const sent = sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: '{}', MessageAttributes: given }),
  );
  await expect(sent).rejects.toMatchObject({
    name: expect.stringMatching(/InvalidParameterValue$/),
    message: expect.stringMatching(reason),
  });
});

test('of a batch only the wrong messages are refused', async () => {
  const good = { MessageBody: '{}', MessageAttributes: { line: text('+1.5e3', 'Number.int') } };
  const bad = { MessageBody: '{}', MessageAttributes: { file: text('\u001b[31m') } };
  const some = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'a', ...bad },
        { Id: 'b', ...good, MessageGroupId: 'clinic-7' },
        { Id: 'c', ...good, MessageGroupId: 'clinic 7' },
      ],
    }),
  );
  expect(some.Successful?.map(({ Id }) => Id)).toEqual(['b']);
  expect(some.Failed).toMatchObject([
    { Id: 'a', SenderFault: true, Code: 'InvalidParameterValue' },
    { Id: 'c', Message: expect.stringContaining('MessageGroupId') },
  ]);
  const none = await sqs.send(
    new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', ...bad }] }),
  );
  expect(none.Successful ?? []).toEqual([]);
  expect(none.Failed).toHaveLength(1);
});

test('a delay of more than 15 minutes is refused', async () => {
  const send = (DelaySeconds: number) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}', DelaySeconds }));
  await send(900);
  for (const seconds of [901, -1]) {
    await expect(send(seconds)).rejects.toThrow(`Value ${seconds} for parameter DelaySeconds`);
  }
});

test.each([
  ['a space', 'a b', 'a-b'],
  ['129 characters', 'a'.repeat(129), 'a'.repeat(128)],
  ['a letter beyond ASCII', 'ä', 'a'],
])('a deduplication id with %s is refused, as SQS does', async (_, refused, taken) => {
  const fifo = await sqs.send(
    new CreateQueueCommand({ QueueName: 'strict.fifo', Attributes: { FifoQueue: 'true' } }),
  );
  const send = (MessageDeduplicationId: string) =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: fifo.QueueUrl,
        MessageBody: '{}',
        MessageGroupId: 'g',
        MessageDeduplicationId,
      }),
    );
  await send(taken);
  await expect(send(refused)).rejects.toThrow('parameter MessageDeduplicationId is invalid');
});
