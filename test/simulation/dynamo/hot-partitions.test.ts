import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { Dynamo, NO_DYNAMO_FAULTS } from '../../../simulation/dynamo/dynamo.ts';
import type { Effect } from '../../../simulation/effects.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';

const TableName = 't';

function table(partitionWrites: number, partitionReads = 0) {
  const scheduler = new Scheduler(1);
  const hot: Effect[] = [];
  const dynamo = new Dynamo({
    ...{ scheduler, random: scheduler.random },
    faults: () => ({ ...NO_DYNAMO_FAULTS, partitionWrites, partitionReads }),
    tell: (effect) => void (effect.kind === 'too hot' && hot.push(effect)),
  });
  const indexes = [{ name: 'by-kind', partition: 'kind', sort: undefined, holds: ['colour'] }];
  dynamo.create({ name: TableName, partition: 'pk', sort: undefined, indexes });
  const put = (pk: string, more: object = {}) =>
    dynamo.perform(new PutCommand({ TableName, Item: { pk, ...more } }));
  const pass = async (ms: number) => {
    scheduler.after(ms, () => undefined);
    await scheduler.run(() => false);
  };
  return { dynamo, hot, put, pass };
}

const REFUSED = 'throughput for the table was exceeded';

test('a partition accepts so many writes a second, and others are not affected', async () => {
  const { dynamo, hot, put, pass } = table(2);
  put('a');
  put('a', { size: 2 });
  expect(() => put('a')).toThrow(REFUSED);
  expect(() => dynamo.perform(new DeleteCommand({ TableName, Key: { pk: 'a' } }))).toThrow(REFUSED);
  put('b');
  await pass(1_000);
  put('a');
  expect(hot).toEqual(Array(2).fill({ kind: 'too hot', table: TableName, where: 'table' }));
});

test('a partition of an index refuses writes of the table that it would have to follow', () => {
  const { hot, put } = table(2);
  put('a', { kind: 'x', colour: 'red' });
  put('b', { kind: 'x' });
  expect(() => put('c', { kind: 'x' })).toThrow(REFUSED);
  put('c', { kind: 'y' });
  // It leaves that partition.
  expect(() => put('a', { kind: 'y', colour: 'red' })).toThrow(REFUSED);
  expect(() => put('a', { kind: 'x', colour: 'blue' })).toThrow(REFUSED);
  // The index does not hold this.
  put('a', { kind: 'x', colour: 'red', size: 3 });
  expect(hot).toEqual(Array(3).fill({ kind: 'too hot', table: TableName, where: 'index' }));
});

test('what a batch has too much for a partition is left unprocessed', () => {
  const { dynamo } = table(2);
  const write = (count: number) =>
    dynamo.perform(
      new BatchWriteCommand({
        RequestItems: {
          [TableName]: Array.from({ length: count }, () => ({ PutRequest: { Item: { pk: 'a' } } })),
        },
      }),
    ) as { UnprocessedItems: Record<string, object[]> };
  expect(write(3).UnprocessedItems[TableName]).toHaveLength(1);
  expect(() => write(1)).toThrow(REFUSED);
});

test('a partition of a table, and of an index, answers so many reads a second', async () => {
  const { dynamo, hot, put, pass } = table(0, 2);
  put('a', { kind: 'x' });
  await pass(1_000);
  const get = (pk: string) => dynamo.perform(new GetCommand({ TableName, Key: { pk } }));
  const query = (kind: string) =>
    dynamo.perform(
      new QueryCommand({
        ...{ TableName, IndexName: 'by-kind', KeyConditionExpression: 'kind = :kind' },
        ExpressionAttributeValues: { ':kind': kind },
      }),
    );
  for (const read of [get, query]) {
    for (const key of ['a', 'x', 'a', 'x']) read(key);
    expect(() => read('a')).toThrow(REFUSED);
  }
  // A write reads nothing.
  put('a', { kind: 'x' });
  await pass(1_000);
  expect(get('a')).toMatchObject({ Item: { pk: 'a' } });
  expect(hot).toEqual(Array(2).fill({ kind: 'too hot', table: TableName, where: 'reads' }));
});

test('what a batch reads too much of a partition is left unprocessed', () => {
  const { dynamo, put } = table(0, 1);
  for (const pk of ['a', 'b']) put(pk);
  const read = (...keys: string[]) => {
    const RequestItems = { [TableName]: { Keys: keys.map((pk) => ({ pk })) } };
    return dynamo.perform(new BatchGetCommand({ RequestItems }));
  };
  expect(read('a')).toMatchObject({ Responses: { [TableName]: [{ pk: 'a' }] } });
  expect(read('a', 'b')).toEqual({
    Responses: { [TableName]: [{ pk: 'b' }] },
    UnprocessedKeys: { [TableName]: { Keys: [{ pk: 'a' }] } },
  });
  expect(() => read('a', 'b')).toThrow(REFUSED);
});

test('without rates everything is accepted', () => {
  const { hot, put } = table(0);
  for (let writes = 0; writes < 50; writes += 1) put('a', { kind: 'x', writes });
  expect(hot).toEqual([]);
});
