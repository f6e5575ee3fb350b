import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Database,
  endIterators,
} from '../../../../packages/local-lambda/emulators/ended-iterators.ts';

type Made = { readonly prototype: Database };

const ofDynalite = createRequire(import.meta.resolve('dynalite'));
const databases: readonly Made[] = [
  ofDynalite('memory-level').MemoryLevel,
  ofDynalite('level').Level,
];

/** Counts the iterators that are made from now on until the test has finished. */
function countIterators(): () => { made: number; open: number } {
  let made = 0;
  let ended = 0;
  for (const { prototype } of databases) {
    const values = prototype.values;
    prototype.values = function counted(options) {
      const iterator = values.call(this, options);
      const close = iterator.close.bind(iterator);
      made += 1;
      return Object.assign(iterator, {
        close() {
          ended += 1;
          return close();
        },
      });
    };
  }
  onTestFinished(() => {
    // Each database inherits its own.
    for (const { prototype } of databases)
      for (const kind of ['keys', 'values']) Reflect.deleteProperty(prototype, kind);
  });
  return () => ({ made, open: made - ended });
}

/** Calls back before the database is closed, which ends all that is open. */
async function threeQueries(then: () => Promise<void>, path?: string): Promise<void> {
  const server = dynalite({ createTableMs: 0, ...(path !== undefined && { path }) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const TableName = 'queried';
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  const table = () => client.send(new DescribeTableCommand({ TableName }));
  await expect.poll(async () => (await table()).Table?.TableStatus).toBe('ACTIVE');
  for (const sk of ['a', 'b', 'c']) {
    const Item = { pk: { S: 'p' }, sk: { S: sk } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
  for (const [Limit, found] of [
    [1, 1],
    [3, 3],
    [10, 3],
  ]) {
    const query = new QueryCommand({
      TableName,
      ...(Limit !== undefined && { Limit }),
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'p' } },
    });
    expect((await client.send(query)).Items).toHaveLength(found ?? 0);
  }
  await then();
  client.destroy();
  server.close();
  await once(server, 'close');
}

test('a query leaves no iterator open, in memory and in a folder; dynalite alone leaves each', async () => {
  const count = countIterators();
  const leaves = (made: number, open: number) => async () => {
    await expect.poll(count).toEqual({ made, open });
  };
  await threeQueries(leaves(3, 3));
  for (const database of databases) endIterators(database);
  await threeQueries(leaves(6, 0));
  const folder = await mkdtemp(join(tmpdir(), 'ended-iterators-'));
  await threeQueries(leaves(9, 0), folder);
  await rm(folder, { recursive: true });
});
