import { createRequire } from 'node:module';
import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
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

interface Items {
  put(key: string, item: unknown): Promise<void>;
  del(key: string): Promise<void>;
  get(key: string): Promise<unknown>;
  iterator(range: object): { all(): Promise<[string, unknown][]> };
}
interface MemoryStore {
  sublevel(name: string, options: object): Items;
  close(): Promise<void>;
}
type Stores = { MemoryLevel: new (options: object) => MemoryStore };

const plain: Stores = createRequire(import.meta.resolve('dynalite'))('memory-level');
const changed = { ...plain };
storeText(changed);

const JSON_VALUES = { valueEncoding: 'json' };
/** As dynalite writes keys. */
const key = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 1, maxLength: 4 });
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...TEXTS, '\ud800'));
const item = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  fc.oneof(
    text.map((S) => ({ S })),
    fc.array(text).map((SS) => ({ SS })),
    fc.boolean().map((BOOL) => ({ BOOL })),
  ),
);
const change = fc.tuple(key, fc.option(item));
const range = fc.record(
  { gte: key, gt: key, lt: key, lte: key, reverse: fc.boolean(), limit: fc.nat(5) },
  { requiredKeys: [] },
);

/** What a table holds after changes, and what is found in a range of it. */
async function found(
  { MemoryLevel }: Stores,
  changes: readonly (readonly [string, unknown])[],
  within: object,
) {
  const store = new MemoryLevel(JSON_VALUES);
  const items = store.sublevel('item-table', JSON_VALUES);
  for (const [at, held] of changes) await (held === null ? items.del(at) : items.put(at, held));
  const got = await Promise.all(changes.map(([at]) => items.get(at)));
  const answer = { got, within: await items.iterator(within).all() };
  await store.close();
  return answer;
}

test('random items are kept, ordered and found as in the store that it replaces', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 20 }), range, async (changes, within) => {
      expect(await found(changed as Stores, changes, within)).toEqual(
        await found(plain, changes, within),
      );
    }),
    { numRuns: 200 },
  );
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
    const table = () => clients.dynamodb.send(new DescribeTableCommand({ TableName }));
    await expect.poll(async () => (await table()).Table?.TableStatus).toBe('ACTIVE');
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
