import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import type { PendingResource } from '../../../aws/deliveries.ts';
import {
  answeredDelivery,
  conflictedDelivery,
  finishDelivery,
  leaseDelivery,
  readDelivery,
  refuseDelivery,
  releaseDelivery,
} from '../../../aws/delivery-lease.ts';
import { sendTriggers } from '../../../aws/delivery-queue.ts';
import type { Table } from '../../../aws/handles.ts';
import type { Downstream } from '../../../demo/downstream/server.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { send } from '../../support/delivery.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { queueAt, tableAt } from '../../support/handles.ts';
import { depthOf } from '../../support/stores.ts';

const stage = useDeliveryStage();

test('sends what Resources holds now; afterwards nothing is pending', async () => {
  await stage.store('a', 1);
  await stage.store('a', 2);
  expect((await stage.turn())?.failed.length).toBeLessThanOrEqual(1);
  skipTime(20_000);
  await stage.turn();
  expect(stage.downstream.resources.get('Patient/a')).toEqual({ version: 1, body: textOf('a', 2) });
  const item = await stage.resource();
  expect(item['deliveryShard']).toBeUndefined();
  expect(item['deliveryLease']).toBeUndefined();
  expect(item).toMatchObject({
    deliveredVersion: 'W/"1"',
    submissionOrder: item['deliveredOrder'],
  });
  expect(await depthOf(stage.world.queues.delivery)).toBe(0);
});

test('R04: a trigger of what was delivered already makes no call', async () => {
  const pk = await stage.store('a', 1);
  await stage.turn();
  const calls = watchIfMatch(stage.downstream);
  await sendTriggers(queueAt(stage.world.queues.delivery), [pk]);
  expect((await stage.turn())?.failed).toEqual([]);
  expect(calls).toEqual([]);
  expect(await stage.resource()).not.toHaveProperty('deliveryLease');
});

test('R05: a lease is free from its end on, and not before', async () => {
  const pk = await stage.store('a', 1);
  const table = tableAt(stage.world.tables.resources);
  const take = (owner: string, now: number) =>
    leaseDelivery(table, pk, { owner, until: now + 20_000 }, { now, lateMs: 1_000 });
  expect((await take('first', 0)).kind).toBe('taken');
  expect(await take('second', 19_999)).toEqual({ kind: 'leased', until: 20_000 });
  expect((await take('second', 20_000)).kind).toBe('taken');
});

describe('R05: whoever has lost its lease changes nothing:', () => {
  const version = 'W/"1"';
  const conflicts = { inVain: 0, isUnread: true };
  test.each<[string, (table: Table, resource: PendingResource) => Promise<unknown>]>([
    ['a release', (table, mine) => releaseDelivery(table, mine, 'first')],
    ['an answer', (table, mine) => answeredDelivery(table, mine, 'first', version)],
    ['a conflict', (table, mine) => conflictedDelivery(table, mine, 'first', conflicts)],
    ['a read', (table, mine) => readDelivery(table, mine, 'first', { version, conflicts })],
    ['its end', (table, mine) => finishDelivery(table, mine, { owner: 'first', version, now: 1 })],
    ['a refusal', (table, mine) => refuseDelivery(table, mine, 'first', 'answered 422')],
  ])('%s', async (_, end) => {
    const pk = await stage.store('a', 1);
    const table = tableAt(stage.world.tables.resources);
    const take = (owner: string, now: number) =>
      leaseDelivery(table, pk, { owner, until: now + 20_000 }, { now, lateMs: 1_000 });
    const taken = await take('first', 0);
    await take('second', 20_000);
    const before = await stage.resource();
    if (taken.kind !== 'taken') throw new Error(taken.kind);
    // Neither a release nor an end: something is pending still.
    expect(await end(table, taken.resource)).not.toBe(true);
    expect(await stage.resource()).toEqual(before);
  });
});

test('R05: a version is forgotten once the server answers without one, or shows none', async () => {
  const pk = await stage.store('a', 1);
  const table = tableAt(stage.world.tables.resources);
  let now = 0;
  const leased = async () => {
    now += 100_000;
    const taken = await leaseDelivery(
      table,
      pk,
      { owner: 'we', until: now + 1 },
      { now, lateMs: 1 },
    );
    if (taken.kind !== 'taken') throw new Error(taken.kind);
    return taken.resource;
  };
  const ends = [
    async () => answeredDelivery(table, await leased(), 'we', undefined),
    async () =>
      readDelivery(table, await leased(), 'we', { version: undefined, conflicts: undefined }),
    async () => finishDelivery(table, await leased(), { owner: 'we', version: undefined, now }),
  ];
  for (const end of ends) {
    await answeredDelivery(table, await leased(), 'we', 'W/"1"');
    expect(await stage.resource()).toHaveProperty('deliveredVersion');
    await end();
    expect(await stage.resource()).not.toHaveProperty('deliveredVersion');
  }
});

test('R05: names the version that the server gave, and reads the version if the server has another', async () => {
  await stage.store('a', 1);
  await stage.turn();
  await stage.store('a', 2);
  await stage.turn();
  expect(stage.downstream.resources.get('Patient/a')?.version).toBe(2);
  await testClients().dynamo.send(
    new UpdateCommand({
      TableName: stage.world.tables.resources,
      Key: { pk: (await stage.resource())['pk'] },
      UpdateExpression: 'SET deliveredVersion = :v',
      ExpressionAttributeValues: { ':v': 'W/"1"' },
    }),
  );
  await stage.store('a', 3);
  const named = watchIfMatch(stage.downstream);
  expect((await stage.turn())?.failed).toEqual([]);
  expect(stage.downstream.resources.get('Patient/a')).toEqual({ version: 3, body: textOf('a', 3) });
  expect(named).toEqual(['W/"2"']);
  expect(await stage.resource()).not.toHaveProperty('deliveryConflicts');
});

function watchIfMatch(server: Downstream): (string | undefined)[] {
  const named: (string | undefined)[] = [];
  server.onStored = (_key, _body, headers) => named.push(headers['if-match']);
  return named;
}

test('sends a resource without an id with that of its message, and a large one from the bucket', async () => {
  await stage.store(undefined, 1, 'message-1');
  await stage.turn();
  expect(JSON.parse(stage.downstream.resources.get('Patient/message-1')?.body ?? '')).toEqual({
    id: 'message-1',
    resourceType: 'Patient',
    language: 'v1',
  });
});

test('R05: sends nothing under another’s lease, nor while a newer submission waits for it', async () => {
  const pk = await stage.store('a', 1);
  await testClients().dynamo.send(
    new UpdateCommand({
      TableName: stage.world.tables.resources,
      Key: { pk },
      UpdateExpression: 'SET deliveryLease = :lease',
      ExpressionAttributeValues: { ':lease': { owner: 'x', until: Date.now() + 10_000 } },
    }),
  );
  await stage.store('a', 2);
  // Both triggers are about the same delivery, and wait for it.
  expect((await stage.turn())?.failed).toHaveLength(2);
  expect(stage.downstream.resources.size).toBe(0);
  skipTime(21_000);
  await stage.turn();
  skipTime(21_000);
  await stage.turn();
  expect(stage.downstream.resources.get('Patient/a')?.body).toBe(textOf('a', 2));
});

test('R09: fails a message that is not a trigger, and delays no other', async () => {
  await stage.store('a', 1);
  const strange = await send(stage.world.queues.delivery, 'not a trigger');
  expect((await stage.turn())?.failed).toEqual([strange]);
  expect(stage.downstream.resources.size).toBe(1);
});
