import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { pagesOf } from '../../aws/table-pages.ts';
import { testClients } from '../support/clients.ts';
import { table } from '../support/provision.ts';
import { useEmulators } from '../support/use-emulators.ts';

/** A page holds 1 MB. */
const LARGE = 'x'.repeat(350_000);
const KEYS = ['a', 'b', 'c', 'd', 'e'];

useEmulators();
let name: string;

beforeAll(async () => {
  name = await table('table-pages', { name: 'by-letter', key: 'letter' });
  for (const pk of KEYS) {
    const Item = { pk, name: `of ${pk}`, body: LARGE, ...(pk !== 'e' && { letter: pk }) };
    await testClients().dynamo.send(new PutCommand({ TableName: name, Item }));
  }
});

test('every page is read, and only the named attributes of an item', async () => {
  const pages = await Array.fromAsync(pagesOf({ name, dynamo: testClients().dynamo }, ['name']));
  expect(pages.length).toBeGreaterThan(1);
  const items = pages.flatMap((page) => page.items);
  expect(items.map((item) => item['name']).sort()).toEqual(KEYS.map((pk) => `of ${pk}`));
  for (const item of items) expect(Object.keys(item)).toEqual(['name']);
});

test('without attributes items are only counted', async () => {
  const pages = await Array.fromAsync(pagesOf({ name, dynamo: testClients().dynamo }, []));
  expect(pages.flatMap((page) => page.items)).toEqual([]);
  expect(pages.reduce((sum, { count }) => sum + count, 0)).toBe(KEYS.length);
});

test('an index has the items with its key, and small ones', async () => {
  const dynamo = testClients().dynamo;
  const pages = await Array.fromAsync(pagesOf({ name, dynamo }, [], 'by-letter'));
  expect(pages).toEqual([{ items: [], count: KEYS.length - 1 }]);
});
