/** The functions of these tests may do only what their roles allow (test/support/permitted.ts). */
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { DeleteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { coldDeps } from '../support/cold.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();
let world: World;
beforeEach(async () => {
  world = await buildWorld();
});

const scopeOf = (TableName: string, IndexName?: string) =>
  new QueryCommand({
    ...{ TableName, IndexName },
    KeyConditionExpression: `${IndexName === undefined ? 'pk' : 'phase'} = :x`,
    ExpressionAttributeValues: { ':x': 'x' },
  });

test('R51: an action that the role does not have is denied', async () => {
  const { dynamo } = coldDeps('incident');
  const { incidents, audit } = world.tables;
  await dynamo.send(scopeOf(incidents));
  await dynamo.send(scopeOf(incidents, 'by-phase'));
  const remove = new DeleteCommand({ TableName: incidents, Key: { pk: 'x', sk: 'x' } });
  await expect(dynamo.send(remove)).rejects.toThrow(
    'incident may not dynamodb:DeleteItem on table incidents',
  );
  await expect(dynamo.send(scopeOf(audit))).rejects.toThrow('Query on table audit');
});

test('R51: a queue of the stack that the role does not name is denied', async () => {
  const { sqs } = coldDeps('incident');
  const Entries = [{ Id: '0', MessageBody: '{}' }];
  const send = new SendMessageBatchCommand({ QueueUrl: world.queues.lane.url, Entries });
  await expect(sqs.send(send)).rejects.toThrow('incident may not sqs:SendMessage');
});

test('R51: a listing is denied below a prefix that the role does not name', async () => {
  const { s3 } = coldDeps('validate-background');
  const list = (Prefix: string) =>
    s3.send(new ListObjectsV2Command({ Bucket: world.bucket, Prefix }));
  await list('submissions/hospital-a/x');
  await expect(list('resources/')).rejects.toThrow('s3:ListBucket on bucket bodies');
});
