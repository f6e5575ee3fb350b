import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Clients,
  createClients,
  destroyClients,
} from '../../../../packages/local-lambda/clients.ts';
import {
  type Emulators,
  startEmulators,
} from '../../../../packages/local-lambda/emulators/emulators.ts';
import { storeText } from '../../../../packages/local-lambda/emulators/text-store.ts';

let emulators: Emulators;
let clients: Clients;
beforeAll(async () => {
  emulators = await startEmulators(undefined);
  clients = createClients(emulators.endpoints);
});
afterAll(async () => {
  destroyClients(clients);
  await emulators.stop();
});

const TEXTS = ['a', 'é', '\uff5e', '😀', 'Z', '~', '\u0001', 'ab', '"\\'];
const NUMBERS = [10, -2, 0, 9, -10.5, 1e15, 1e-7];

test('stores are made with text, whatever else is asked', () => {
  const made: object[] = [];
  class MemoryLevel {
    constructor(options: object) {
      made.push(options);
    }
  }
  const module = { MemoryLevel };
  storeText(module);
  expect(new module.MemoryLevel({ valueEncoding: 'json' })).toBeInstanceOf(MemoryLevel);
  expect(made).toEqual([{ valueEncoding: 'json', storeEncoding: 'utf8' }]);
});

test.each([
  ['S', TEXTS, [...TEXTS].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))],
  ['N', NUMBERS, NUMBERS.toSorted((a, b) => a - b)],
] as const)(
  'items are in the order of their keys of type %s, and as they were put',
  async (type, keys, sorted) => {
    const TableName = `text-store-${type}`;
    await clients.dynamodb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: type },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    const documents = DynamoDBDocumentClient.from(clients.dynamodb);
    const itemOf = (sk: string | number) => ({
      ...{ pk: 'é😀', sk, text: `of ${sk} \ud800`, bytes: new Uint8Array([0, 255]) },
    });
    for (const sk of keys) await documents.send(new PutCommand({ TableName, Item: itemOf(sk) }));
    const { Items } = await documents.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'é😀' },
      }),
    );
    expect(Items).toEqual(sorted.map(itemOf));
  },
);
