import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { placeBody } from '../../aws/bodies-bucket.ts';
import { idsOfFingerprint, indexFormerEntries } from '../../aws/quarantine-fingerprints.ts';
import { type QuarantineEntry, quarantine } from '../../aws/quarantine-table.ts';
import { testClients } from '../support/clients.ts';
import { bucketAt, tableAt } from '../support/handles.ts';
import { itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

const COUNT = 40;
useEmulators();
let world: World;

beforeEach(async () => {
  world = await buildWorld();
});

const entry = (messageId: string, fingerprint: string): QuarantineEntry => ({
  origin: { messageId, sentAt: 1, source: 'default' },
  lane: 'background',
  kind: 'rejection',
  reason: 'invalid',
  fingerprint,
  placed: { body: '{}' },
});

async function found(fingerprint: string): Promise<string[]> {
  const ids: string[] = [];
  const all = idsOfFingerprint(tableAt(world.tables.quarantine), fingerprint);
  for await (const id of all) ids.push(id);
  return ids;
}

async function quarantineEqual(): Promise<string[]> {
  const ids = Array.from({ length: COUNT }, (_, n) => `m-${n}`);
  for (const [n, id] of ids.entries()) {
    await quarantine(tableAt(world.tables.quarantine), entry(id, 'equal'), 1_000 + n);
  }
  await quarantine(tableAt(world.tables.quarantine), entry('other', 'other'), 1);
  return ids;
}

describe('equal failures', () => {
  test('are found by their fingerprint, the oldest first, and are in many partitions of the index', async () => {
    const ids = await quarantineEqual();
    expect(await found('equal')).toEqual(ids);
    expect(await found('other')).toEqual(['other']);
    expect(await found('none')).toEqual([]);
    const shards = new Set(
      (await itemsOf(world.tables.quarantine)).map(({ fingerprintShard }) => fingerprintShard),
    );
    expect(shards.size).toBeGreaterThan(8);
  });

  test('of older versions are found once they are indexed', async () => {
    const ids = await quarantineEqual();
    for (const pk of [...ids.slice(0, 5), 'other']) {
      await testClients().dynamo.send(
        new UpdateCommand({
          TableName: world.tables.quarantine,
          Key: { pk },
          UpdateExpression: 'REMOVE fingerprintShard',
        }),
      );
    }
    expect(await found('equal')).toEqual(ids.slice(5));
    // If the index has none the table is read.
    expect(await found('other')).toEqual(['other']);
    expect(await indexFormerEntries(tableAt(world.tables.quarantine))).toBe(6);
    expect(await found('equal')).toEqual(ids);
    expect(await indexFormerEntries(tableAt(world.tables.quarantine))).toBe(0);
  });
});

test('a quarantined body above 8 KB is in the bucket, however much room its item has', async () => {
  const place = (prefix: 'quarantine/' | 'resources/', bytes: number) =>
    placeBody(
      bucketAt(world.bucket),
      prefix,
      { messageId: 'm-1', sentAt: 0, source: 'default' },
      'x'.repeat(bytes),
      350 * 1024,
    );
  expect(await place('quarantine/', 8 * 1024)).toHaveProperty('body');
  expect(await place('quarantine/', 8 * 1024 + 1)).toHaveProperty('bodyS3.key');
  expect(await place('resources/', 300 * 1024)).toHaveProperty('body');
});
