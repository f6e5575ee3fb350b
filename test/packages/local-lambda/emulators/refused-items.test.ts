import {
  type AttributeValue,
  CreateTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClients, destroyClients } from '../../../../packages/local-lambda/clients.ts';
import {
  type Emulators,
  startEmulators,
} from '../../../../packages/local-lambda/emulators/emulators.ts';

const TableName = 'strict';
let emulators: Emulators;
let clients: ReturnType<typeof createClients>;
let dynamodb: DynamoDBClient;
beforeAll(async () => {
  emulators = await startEmulators(undefined);
  clients = createClients(emulators.endpoints);
  ({ dynamodb } = clients);
  const types = { pk: 'S', owner: 'S', at: 'S', count: 'N' } as const;
  const key = (HASH: string, RANGE: string) => [
    { AttributeName: HASH, KeyType: 'HASH' as const },
    { AttributeName: RANGE, KeyType: 'RANGE' as const },
  ];
  const Projection = { ProjectionType: 'KEYS_ONLY' } as const;
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: Object.entries(types).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      GlobalSecondaryIndexes: [
        { IndexName: 'by-owner', KeySchema: key('owner', 'at'), Projection },
        { IndexName: 'by-count', KeySchema: key('owner', 'count'), Projection },
      ],
    }),
  );
});
afterAll(async () => {
  destroyClients(clients);
  await emulators.stop();
});

const put = (item: Record<string, AttributeValue>) =>
  dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: 'a' }, ...item } }));

const update = (name: string, value: AttributeValue) =>
  dynamodb.send(
    new UpdateItemCommand({
      TableName,
      Key: { pk: { S: 'a' } },
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': value },
    }),
  );

/** What an item may have besides its key and the attribute's name. */
const LEFT = 400 * 1024 - 'pk'.length - 'a'.length - 'text'.length;

describe.each([
  ['one byte', 'x', LEFT],
  ['two', 'ä', Math.floor(LEFT / 2)],
  ['three', '中', Math.floor(LEFT / 3)],
  ['four', '😀', Math.floor(LEFT / 4)],
])('an item of characters with %s', (_, character, most) => {
  test('may have 400 KB in UTF-8, and no more, as with DynamoDB', async () => {
    const text = (characters: number) => ({ S: character.repeat(characters) });
    await put({ text: text(most) });
    await update('text', text(most));
    await expect(put({ text: text(most + 1) })).rejects.toThrow('Item size has exceeded');
    await expect(update('text', text(most + 1))).rejects.toThrow('Item size to update');
  });
});

test('names of attributes count too', async () => {
  const nested = { M: { ['ä'.repeat(100_000)]: { S: '中'.repeat(70_000) } } };
  await expect(put({ nested })).rejects.toThrow('Item size has exceeded');
});

test.each([
  [
    'an empty key of an index',
    'owner',
    '',
    'cannot contain an empty string value. IndexName: by-owner, IndexKey: owner',
  ],
  ['an empty range key', 'at', '', 'IndexKey: at'],
  [
    'a key of 2,049 bytes',
    'owner',
    'x'.repeat(2_049),
    'Size of HASH key has exceeded the limit of 2048',
  ],
  [
    'a key of 2,050 bytes in half as many characters',
    'owner',
    'ä'.repeat(1_025),
    'Size of HASH key',
  ],
  [
    'a range key of 1,025 bytes',
    'at',
    'x'.repeat(1_025),
    'Size of RANGE key has exceeded the limit of 1024',
  ],
])('%s is refused, as DynamoDB does', async (_, name, value, reason) => {
  await put({});
  await expect(put({ [name]: { S: value } })).rejects.toThrow(reason);
  await expect(update(name, { S: value })).rejects.toThrow(reason);
});

test('keys of indexes at their limits, of numbers, and absent ones are taken', async () => {
  await put({ owner: { S: 'x'.repeat(2_048) }, at: { S: 'x'.repeat(1_024) }, count: { N: '0' } });
  await put({});
});
