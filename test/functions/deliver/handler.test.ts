import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import type { Downstream } from '../../../demo/downstream/server.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { send } from '../../support/delivery.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
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
  // Both triggers are about the same delivery, and one of them waits.
  expect((await stage.turn())?.failed).toHaveLength(1);
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
