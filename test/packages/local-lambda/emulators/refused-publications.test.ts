import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Emulators,
  startEmulators,
} from '../../../../packages/local-lambda/emulators/emulators.ts';

let emulators: Emulators;
let sns: SNSClient;
let TopicArn: string | undefined;
beforeAll(async () => {
  emulators = await startEmulators(undefined);
  sns = new SNSClient({
    endpoint: emulators.endpoints.sqs,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  ({ TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'strict' })));
});
afterAll(async () => {
  sns.destroy();
  await emulators.stop();
});

const publish = (Subject: string) =>
  sns.send(new PublishCommand({ TopicArn, Message: 'x', Subject }));

test('a subject of 99 characters is taken', async () => {
  expect(await publish('ü'.repeat(99))).toHaveProperty('MessageId');
});

test.each([
  ['more characters', 's'.repeat(100)],
  ['a line break', 'a\nb'],
  ['a control character', 'a\u0007'],
])('a subject with %s is refused, as SNS does', async (_, subject) => {
  await expect(publish(subject)).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('a batch is refused for the size of all its messages', async () => {
  const batch = (bytes: number) =>
    sns.send(
      new PublishBatchCommand({
        TopicArn,
        PublishBatchRequestEntries: ['a', 'b'].map((Id) => ({ Id, Message: 'x'.repeat(bytes) })),
      }),
    );
  expect((await batch(128 * 1024)).Successful).toHaveLength(2);
  await expect(batch(128 * 1024 + 1)).rejects.toMatchObject({
    name: 'BatchRequestTooLongException',
  });
});
