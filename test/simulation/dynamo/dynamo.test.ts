import type { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { Dynamo, type DynamoFaults, NO_DYNAMO_FAULTS } from '../../../simulation/dynamo/dynamo.ts';
import type { Written } from '../../../simulation/dynamo/table.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';

const TableName = 't';
const never = () => false;

function tables(faults: Partial<DynamoFaults> = {}) {
  const scheduler = new Scheduler(1);
  const changes: Written[] = [];
  const dynamo = new Dynamo({
    scheduler,
    random: scheduler.random,
    faults: () => ({ ...NO_DYNAMO_FAULTS, ...faults }),
    tell: (effect) => {
      if (effect.kind === 'written') changes.push(effect);
    },
  });
  const indexes = [{ name: 'by-kind', partition: 'kind', sort: undefined, holds: [] }];
  const table = dynamo.create({
    name: TableName,
    partition: 'pk',
    sort: 'sk',
    indexes,
    expiry: 'expiresAt',
  });
  const put = (sk: number, more: object = {}) =>
    dynamo.perform(new PutCommand({ TableName, Item: { pk: 'p', sk: String(sk), ...more } }));
  return { scheduler, dynamo, table, put, changes };
}

const ofKind = (kind: string) =>
  new QueryCommand({
    TableName,
    IndexName: 'by-kind',
    KeyConditionExpression: 'kind = :kind',
    ExpressionAttributeValues: { ':kind': kind },
  });

async function paged(dynamo: Dynamo, next: (start: Record<string, unknown> | undefined) => object) {
  const pages: unknown[][] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = dynamo.perform(next(start)) as {
      Items: unknown[];
      LastEvaluatedKey?: Record<string, unknown>;
    };
    pages.push(page.Items);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return pages;
}

describe('simulated tables', () => {
  test('a read that does not ask for the newest may see the past, for a second', async () => {
    const { scheduler, dynamo, put } = tables({ stale: 1 });
    const read = (ConsistentRead?: boolean) =>
      dynamo.perform(new GetCommand({ TableName, Key: { pk: 'p', sk: '1' }, ConsistentRead }));
    put(1, { kind: 'a' });
    expect(read()).toEqual({});
    put(1, { kind: 'b' });
    expect(read()).toMatchObject({ Item: { kind: 'a' } });
    expect(read(true)).toMatchObject({ Item: { kind: 'b' } });
    scheduler.after(1_001, () => undefined);
    await scheduler.run(never);
    expect(read()).toMatchObject({ Item: { kind: 'b' } });
  });

  test('an index lags behind its table, in the order of the writes', async () => {
    const { scheduler, dynamo, put } = tables({ indexLagMs: 1_000 });
    put(1, { kind: 'a' });
    put(1, { kind: 'b' });
    expect(dynamo.perform(ofKind('a'))).toMatchObject({ Items: [] });
    scheduler.after(1_000, () => undefined);
    await scheduler.run(never);
    expect(dynamo.perform(ofKind('a'))).toMatchObject({ Items: [] });
    expect(dynamo.perform(ofKind('b'))).toMatchObject({
      Items: [{ pk: 'p', sk: '1', kind: 'b' }],
    });
  });

  test('an index that nobody reads follows all the same, and is read as it is then', async () => {
    const { scheduler, dynamo, put } = tables({ indexLagMs: 1 });
    for (let sk = 0; sk < 300; sk += 1) {
      put(sk, { kind: 'a' });
      scheduler.after(10, () => undefined);
      await scheduler.run(never);
    }
    put(300, { kind: 'a' });
    scheduler.after(1, () => undefined);
    await scheduler.run(never);
    expect(dynamo.perform(ofKind('a'))).toMatchObject({ Count: 301 });
  });

  test('pages may end anywhere, and together have each row once', async () => {
    const { dynamo, put } = tables({ pageRowsMax: 7 });
    for (let sk = 0; sk < 100; sk += 1) put(sk);
    const query = { TableName, KeyConditionExpression: 'pk = :p' };
    const lengths: number[] = [];
    for (let time = 0; time < 40; time += 1) {
      const pages = await paged(
        dynamo,
        (ExclusiveStartKey) =>
          new QueryCommand({
            ...query,
            ScanIndexForward: time % 2 === 0,
            ExpressionAttributeValues: { ':p': 'p' },
            ExclusiveStartKey,
          }),
      );
      expect(new Set(pages.flat()).size).toBe(100);
      expect(pages.flat().length).toBe(100);
      lengths.push(pages.length);
    }
    expect(Math.min(...lengths)).toBe(1);
    expect(Math.max(...lengths)).toBeGreaterThan(3);
    const scanned = await paged(
      dynamo,
      (ExclusiveStartKey) => new ScanCommand({ TableName, ExclusiveStartKey }),
    );
    expect(scanned.flat().length).toBe(100);
  });

  test('a scan of an index has what the index shows, each row once over all pages', async () => {
    const { scheduler, dynamo, put } = tables({ indexLagMs: 1_000, pageRowsMax: 7 });
    const scan = (ExclusiveStartKey?: Record<string, unknown>) =>
      new ScanCommand({ TableName, IndexName: 'by-kind', ExclusiveStartKey });
    for (let sk = 0; sk < 60; sk += 1) put(sk, sk < 40 ? { kind: `k${sk % 3}`, title: 't' } : {});
    expect((await paged(dynamo, scan)).flat()).toEqual([]);
    scheduler.after(1_000, () => undefined);
    await scheduler.run(never);
    const rows = (await paged(dynamo, scan)).flat() as { sk: string }[];
    expect(rows.map(({ sk }) => Number(sk)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, sk) => sk),
    );
    expect(rows[0]).not.toHaveProperty('title');
  });

  test('a refusal has the item, as the service sends it, if that is asked for', () => {
    const { dynamo, put } = tables();
    put(1, { kind: 'a' });
    const refusal = (ReturnValuesOnConditionCheckFailure?: 'ALL_OLD') => {
      const Item = { pk: 'p', sk: '1' };
      const ConditionExpression = 'attribute_not_exists(pk)';
      const asked = ReturnValuesOnConditionCheckFailure && { ReturnValuesOnConditionCheckFailure };
      const command = new PutCommand({ TableName, Item, ConditionExpression, ...asked });
      try {
        return dynamo.perform(command);
      } catch (error) {
        return (error as ConditionalCheckFailedException).Item;
      }
    };
    expect(refusal('ALL_OLD')).toEqual({ pk: { S: 'p' }, sk: { S: '1' }, kind: { S: 'a' } });
    expect(refusal()).toBeUndefined();
  });

  test('a batch may be done in part', () => {
    const { dynamo, table } = tables({ unprocessed: 0.5 });
    const requests = Array.from({ length: 20 }, (_, sk) => ({
      PutRequest: { Item: { pk: 'p', sk: String(sk) } },
    }));
    const answer = dynamo.perform(new BatchWriteCommand({ RequestItems: { t: requests } })) as {
      UnprocessedItems: { t: unknown[] };
    };
    const left = answer.UnprocessedItems.t.length;
    expect(left).toBeGreaterThan(2);
    expect([...table.items()].length).toBe(20 - left);
    const Keys = [...table.items()];
    const got = dynamo.perform(new BatchGetCommand({ RequestItems: { t: { Keys } } })) as {
      Responses: { t: unknown[] };
      UnprocessedKeys: { t?: { Keys: unknown[] } };
    };
    expect(got.Responses.t.length + (got.UnprocessedKeys.t?.Keys.length ?? 0)).toBe(20 - left);
  });

  test('a returned item is a copy, and an update shares what it does not change', () => {
    const { dynamo, put } = tables();
    const inner = { deep: [1] };
    put(1, { inner, other: 1 });
    inner.deep.push(2);
    const get = () =>
      (
        dynamo.perform(new GetCommand({ TableName, Key: { pk: 'p', sk: '1' } })) as {
          Item: Record<string, unknown>;
        }
      ).Item;
    const before = get();
    expect(before).toMatchObject({ inner: { deep: [1] } });
    expect(() => Object.assign(before, { other: 2 })).toThrow();
    const answer = dynamo.perform(
      new UpdateCommand({
        TableName,
        Key: { pk: 'p', sk: '1' },
        UpdateExpression: 'SET other = :new',
        ExpressionAttributeValues: { ':new': 2 },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(answer).toEqual({ Attributes: { other: 2 } });
    expect(get()['inner']).toBe(before['inner']);
    expect(before['other']).toBe(1);
  });

  test('each write is reported, and expired items disappear by themselves', () => {
    const { put, table, changes } = tables();
    put(1, { expiresAt: 10 });
    put(2, { expiresAt: 20 });
    put(3);
    table.expire(15_000);
    expect([...table.items()].map((item) => item['sk'])).toEqual(['2', '3']);
    expect(changes.at(-1)).toMatchObject({ before: { sk: '1' }, after: undefined });
  });

  test('an item above 400 KB is refused, and one just below it is not', () => {
    const { put, dynamo } = tables();
    const long = (bytes: number) => ({ parts: [{ text: 'é'.repeat(bytes / 2) }] });
    expect(() => put(1, long(400 * 1024))).toThrow('Item size has exceeded');
    put(1, long(400 * 1024 - 100));
    const update = new UpdateCommand({
      ...{ TableName, Key: { pk: 'p', sk: '1' }, UpdateExpression: 'SET a = :a' },
      ExpressionAttributeValues: { ':a': new Uint8Array(100) },
    });
    expect(() => dynamo.perform(update)).toThrow('Item size has exceeded');
  });

  test('a missing table, and a command that is not simulated, are refused', () => {
    const { dynamo } = tables();
    const get = new GetCommand({ TableName: 'u', Key: { pk: 'p' } });
    expect(() => dynamo.perform(get)).toThrow('u not found');
    expect(() => dynamo.perform(new Date(0))).toThrow('Date is not simulated');
  });
});
