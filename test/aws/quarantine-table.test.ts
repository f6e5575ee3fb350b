/** Which writes end a message in Quarantine, and what an entry keeps then. */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Table } from '../../aws/handles.ts';
import { markStored, type QuarantineEntry, quarantine } from '../../aws/quarantine-table.ts';
import { tableAt } from '../support/handles.ts';
import { itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

useEmulators();
const ID = 'm-1';
let table: Table;

beforeEach(async () => {
  const world = await buildWorld();
  table = tableAt(world.tables.quarantine);
});

const put = (fields: Record<string, unknown>) =>
  table.dynamo.send(
    new PutCommand({ TableName: table.name, Item: { pk: ID, attempts: [], ...fields } }),
  );
const item = async () => (await itemsOf(table.name))[0];
const originOf = (round?: number) => ({ messageId: ID, sentAt: 1, source: 'default', round });

function reject(round?: number, now = 5, more: Partial<QuarantineEntry> = {}): Promise<boolean> {
  const why = { kind: 'rejection', reason: 'invalid', outcome: '{}', fingerprint: 'f' } as const;
  const entry = { origin: originOf(round), lane: 'background', ...why, ...more } as const;
  return quarantine({ ...table, keptDays: 30 }, entry, now);
}

describe('R04: a verdict of a round that a redrive has ended', () => {
  beforeEach(() => put({ status: 'redriven', round: 2 }));

  test.each([undefined, 1])('changes nothing: round %s', async (round) => {
    const before = await item();
    expect(await reject(round)).toBe(false);
    expect(await markStored(table, originOf(round), 1)).toBe(false);
    expect(await item()).toEqual(before);
  });

  test('is told from one of the round that goes on, whose rejection counts', async () => {
    expect(await reject(2)).toBe(true);
    expect(await item()).toMatchObject({ status: 'quarantined', round: 2 });
  });

  test('and from a success of the round that goes on', async () => {
    expect(await markStored(table, originOf(2), 1)).toBe(true);
    expect(await item()).toMatchObject({ status: 'stored' });
  });
});

test('R04: the same ending, written again because its answer was lost, stands; another does not', async () => {
  expect(await reject()).toBe(true);
  expect(await reject()).toBe(true);
  expect(await reject(undefined, 6)).toBe(false);
  expect(await reject(undefined, 5, { fingerprint: 'g' })).toBe(false);
  expect(await markStored(table, originOf(), 1)).toBe(false);
  expect(await item()).toMatchObject({ quarantinedAt: 5, fingerprint: 'f' });
});

test('R04 R63: only a message that has an entry is marked as stored, and again at its first time if the answer was lost', async () => {
  expect(await markStored(table, originOf(), 1)).toBe(false);
  expect(await item()).toBeUndefined();
  await put({ status: 'in-isolation', file: 'a.ndjson', pinned: { bucket: 'b', key: 'k' } });
  expect(await markStored(table, originOf(), 1)).toBe(true);
  expect(await markStored(table, originOf(), 2)).toBe(true);
  expect(await item()).toEqual({ pk: ID, attempts: [], status: 'stored', storedAt: 1 });
});

describe('R07: what a redriven message ends as', () => {
  const former = { crash: 'exit', body: '{"old":1}', outcome: '{"old":1}' };
  const named = { file: 'a', pinned: {}, original: {}, corrections: [{}], rounds: [{}] };

  test('has nothing of its former ending, and keeps where it came from', async () => {
    await put({ status: 'redriven', ...former, ...named });
    await reject(undefined, 5, { placed: { bodyS3: { bucket: 'b', key: 'k' } } });
    const after = await item();
    expect(after).toMatchObject({ ...named, outcome: '{}', bodyS3: { bucket: 'b', key: 'k' } });
    expect(after).not.toHaveProperty('crash');
    expect(after).not.toHaveProperty('body');
  });

  test('names nobody if its patient was erased', async () => {
    await put({ status: 'redriven', ...former, ...named, bodyS3: { bucket: 'b', key: 'k' } });
    await reject(undefined, 5, { erasure: 1 });
    const after = await item();
    expect(after).toMatchObject({ erasure: 1, outcome: '{}' });
    for (const name of ['crash', 'body', 'bodyS3', ...Object.keys(named)])
      expect(after).not.toHaveProperty(name);
  });
});
