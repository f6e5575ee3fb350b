import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from '../../../packages/local-lambda/pages.ts';
import {
  type Runtime,
  type RuntimeOptions,
  startRuntime,
} from '../../../packages/local-lambda/runtime.ts';
import { isAlive } from './support/processes.ts';
import { clientConfig, queueClient } from './support/queue-client.ts';
import { consumer, type TinyStack, writeAssembly } from './support/tiny-assembly.ts';

const HANG = 'export const handler = () => { for (;;); };';
const COUNT = `export const handler = async (event) => {
  for (const { messageId, attributes } of event.Records)
    console.log(JSON.stringify({ messageId, count: attributes.ApproximateReceiveCount }));
};`;

const STACK: TinyStack = {
  resources: {
    ...consumer('hang', {}, { function: { Timeout: 60 } }),
    ...consumer('count'),
    Items: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'items',
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'why', AttributeType: 'S' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-why',
            KeySchema: [{ AttributeName: 'why', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      },
    },
    Bodies: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'bodies' } },
    Oncall: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'tiny-oncall' } },
    Crashes: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'tiny-crashes' } },
    Reader: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'reader' } },
    Subscription: {
      Type: 'AWS::SNS::Subscription',
      Properties: {
        TopicArn: { Ref: 'Crashes' },
        Protocol: 'sqs',
        Endpoint: { 'Fn::GetAtt': ['Reader', 'Arn'] },
        RawMessageDelivery: true,
        FilterPolicy: { kind: ['exit'] },
      },
    },
    ReaderPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Reader' }],
        PolicyDocument: {
          Statement: {
            Effect: 'Allow',
            Action: 'sqs:SendMessage',
            Resource: '*',
            Principal: { Service: 'sns.amazonaws.com' },
          },
        },
      },
    },
  },
  handlers: { hang: HANG, count: COUNT },
};

let assembly: Awaited<ReturnType<typeof writeAssembly>>;

beforeAll(async () => {
  assembly = await writeAssembly(STACK);
});

afterAll(() => assembly.dispose());

async function withRuntime(
  options: Omit<RuntimeOptions, 'assembly'>,
  use: (runtime: Runtime) => Promise<void>,
): Promise<void> {
  const runtime = await startRuntime({
    assembly: assembly.directory,
    environmentsMax: 2,
    ...options,
  });
  try {
    await use(runtime);
  } finally {
    await runtime.stop();
  }
}

describe('the local runtime', () => {
  test('one endpoint serves tables, buckets, queues and topics of the template', async () => {
    const pages: Page[] = [];
    await withRuntime({ onPage: (page) => pages.push(page) }, async (runtime) => {
      const config = clientConfig(runtime);
      const tables = new DynamoDBClient(config);
      await tables.send(
        new PutItemCommand({ TableName: 'items', Item: { pk: { S: 'a' }, n: { N: '1' } } }),
      );
      const { Item } = await tables.send(
        new GetItemCommand({ TableName: 'items', Key: { pk: { S: 'a' } } }),
      );
      expect(Item).toEqual({ pk: { S: 'a' }, n: { N: '1' } });

      const buckets = new S3Client(config);
      const body = 'x'.repeat(10 * 1024 * 1024);
      await buckets.send(new PutObjectCommand({ Bucket: 'bodies', Key: 'a/b', Body: body }));
      const object = await buckets.send(new GetObjectCommand({ Bucket: 'bodies', Key: 'a/b' }));
      expect(await object.Body?.transformToString()).toBe(body);

      const topics = new SNSClient(config);
      const publish = (topic: string, text: string, kind: string) =>
        topics.send(
          new PublishCommand({
            TopicArn: `arn:aws:sns:us-east-1:000000000000:tiny-${topic}`,
            Subject: 'wake up',
            Message: text,
            MessageAttributes: { kind: { DataType: 'String', StringValue: kind } },
          }),
        );
      await publish('crashes', 'filtered', 'hang');
      await publish('crashes', 'raw', 'exit');
      expect(await queueClient(runtime).receive('reader')).toEqual(['raw']);

      await publish('oncall', 'all is lost', 'page');
      await expect
        .poll(() => pages)
        .toEqual([
          {
            topic: 'oncall',
            subject: 'wake up',
            body: 'all is lost',
            attributes: { kind: 'page' },
          },
        ]);
    });
  });

  test('an unsupported service is reported', async () => {
    await withRuntime({}, async (runtime) => {
      const answer = await fetch(runtime.endpoint, {
        method: 'POST',
        headers: {
          authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/kms/aws4_request',
        },
      });
      expect(answer.status).toBe(501);
      expect(await answer.json()).toMatchObject({ message: expect.stringContaining('kms') });
    });
  });

  test('R04 duplicates come after the original was deleted, and inFlight counts them', async () => {
    const counts: { messageId: string; count: string }[] = [];
    const seen = (line: string) => line.startsWith('{"messageId"') && counts.push(JSON.parse(line));
    const options = { duplicates: 1, reorder: true, seed: 7 };
    await withRuntime({ ...options, onLogLine: ({ line }) => seen(line) }, async (runtime) => {
      const queues = queueClient(runtime);
      const ids = await queues.send('count', ['a', 'b', 'c', 'd', 'e']);
      await expect.poll(() => queues.count('count')).toBe(0);
      await expect.poll(() => runtime.inFlight()).toBe(0);
      await expect.poll(() => counts.length).toBe(10);
      expect(new Set(counts.map(({ messageId }) => messageId))).toEqual(new Set(ids));
      expect(counts.every(({ count }) => count === '1' || count === '2')).toBe(true);
    });
  });

  test('stop leaves no process, not even one that hangs, and returns soon', async () => {
    let pids: number[] = [];
    await withRuntime({}, async (runtime) => {
      await queueClient(runtime).send('hang', ['x']);
      await expect.poll(() => runtime.environments()).toHaveLength(1);
      pids = runtime.environments().map(({ pid }) => pid);
      expect(pids.every(isAlive)).toBe(true);
    });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('a runtime that is killed by SIGKILL takes its environments with it', async () => {
    const program = `
      const { startRuntime } = await import(${JSON.stringify(import.meta.resolve('../../../packages/local-lambda/runtime.ts'))});
      const runtime = await startRuntime({ assembly: process.argv[1], environmentsMax: 1 });
      const { queueClient } = await import(${JSON.stringify(import.meta.resolve('./support/queue-client.ts'))});
      await queueClient(runtime).send('hang', ['x']);
      while (runtime.environments().length === 0) await new Promise((r) => setTimeout(r, 20));
      console.log(runtime.environments()[0].pid);`;
    const parent = execa(
      process.execPath,
      ['--input-type=module', '-e', program, assembly.directory],
      {
        reject: false,
        buffer: false,
      },
    );
    const [line] = await parent.stdout.take(1).toArray();
    const pid = Number(String(line));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('a data folder keeps messages, items and objects over a restart', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'runtime-data-'));
    await withRuntime({ dataDir }, async (runtime) => {
      const config = clientConfig(runtime);
      await queueClient(runtime).send('reader', ['kept']);
      await new DynamoDBClient(config).send(
        new PutItemCommand({ TableName: 'items', Item: { pk: { S: 'kept' } } }),
      );
      await new S3Client(config).send(
        new PutObjectCommand({ Bucket: 'bodies', Key: 'k', Body: 'kept' }),
      );
    });
    await withRuntime({ dataDir }, async (runtime) => {
      const config = clientConfig(runtime);
      expect(await queueClient(runtime).receive('reader')).toEqual(['kept']);
      const { Item } = await new DynamoDBClient(config).send(
        new GetItemCommand({ TableName: 'items', Key: { pk: { S: 'kept' } } }),
      );
      expect(Item).toEqual({ pk: { S: 'kept' } });
      const object = await new S3Client(config).send(
        new GetObjectCommand({ Bucket: 'bodies', Key: 'k' }),
      );
      expect(await object.Body?.transformToString()).toBe('kept');
    });
    await rm(dataDir, { recursive: true });
  });

  test('a port in use is reported in words, and nothing stays behind', async () => {
    await withRuntime({}, async ({ endpoint }) => {
      const port = Number(new URL(endpoint).port);
      await expect(startRuntime({ assembly: assembly.directory, port })).rejects.toThrow(
        `port ${port} cannot be used`,
      );
    });
  });

  test('a missing assembly is reported in words', async () => {
    await expect(startRuntime({ assembly: '/nowhere' })).rejects.toThrow(
      '/nowhere: no assembly; synthesize it first',
    );
  });
});
