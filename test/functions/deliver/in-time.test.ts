/** What `deliver` does not begin any more: a call must end before its lease does, and before its invocation. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { breakersTable } from '../../../aws/breakers-table.ts';
import { setAll } from '../../../aws/conditional-write.ts';
import { obey } from '../../../core/breaker/breaker-operator.ts';
import { UNKNOWN_SERVICE } from '../../../core/breaker/breaker-state.ts';
import { FHIR_SERVER } from '../../../core/delivery/delivery-targets.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime, stopTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, remove } from '../../support/delivery.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { failCalls } from '../../support/faults.ts';
import { tableAt } from '../../support/handles.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
const CALL_MS = 5_000;
/** Of a lease beyond the call (deliver-one.ts). */
const MARGIN_MS = 10_000;

beforeEach(async () => {
  await stage.build({ callTimeoutMs: CALL_MS });
  stopTime();
});

const turn = (leftMs: number) =>
  deliver(stage.lane.deliver, stage.world.queues.delivery, { context: contextWith(leftMs) });
const pending = async () => (await stage.resource())['deliveryShard'] !== undefined;

/** Time passes while the lease is written. */
function passWhileLeasing(ms: number) {
  return failCalls(
    { clients: [stage.lane.clients] },
    'dynamo',
    (_, { UpdateExpression: update }) => {
      if (update === 'SET deliveryLease = :lease') skipTime(ms);
      return false;
    },
  );
}

test('R61: a call that the invocation has no time for is not made', async () => {
  await stage.store('a', 1);
  expect((await turn(2 * CALL_MS))?.failed).toHaveLength(1);
  expect(stage.downstream.resources.size).toBe(0);
  expect(await stage.resource()).not.toHaveProperty('deliveryLease');
  skipTime(2_000);
  expect((await turn(2 * CALL_MS + 1))?.failed).toEqual([]);
  expect(stage.downstream.resources.size).toBe(1);
});

test('R05: a call that might outlast its lease is not made, and is no failure of the server', async () => {
  await stage.store('a', 1);
  const ends = passWhileLeasing(MARGIN_MS + 1);
  expect((await turn(60_000))?.failed).toHaveLength(1);
  ends();
  expect(stage.downstream.resources.size).toBe(0);
  expect(await stage.resource()).not.toHaveProperty('deliveryLease');
  expect(await stage.resource()).not.toHaveProperty('deliveryFailures');
  expect(await itemsOf(stage.world.tables.breakers)).toEqual([]);
  expect(await pending()).toBe(true);
});

test('R05: one that ends with its lease at the latest is made', async () => {
  await stage.store('a', 1);
  passWhileLeasing(MARGIN_MS);
  expect((await turn(60_000))?.failed).toEqual([]);
  expect(stage.downstream.resources.size).toBe(1);
});

test('R04: a submission that is stored while an older one is sent is sent by the trigger of that', async () => {
  const { delivery } = stage.world.queues;
  await stage.store('a', 1);
  let newer: Promise<unknown> | undefined;
  stage.downstream.onStored = () => {
    newer ??= stage.store('a', 2);
  };
  stage.lane.clients.dynamo.middlewareStack.add(
    (next) => async (args) => {
      await newer;
      return next(args);
    },
    { step: 'initialize' },
  );
  expect((await turn(60_000))?.failed).toHaveLength(1);
  // Its own trigger is lost.
  await remove(delivery, await receive(delivery));
  skipTime(2_000);
  expect((await turn(60_000))?.failed).toEqual([]);
  expect(stage.downstream.resources.get('Patient/a')?.body).toBe(textOf('a', 2));
  expect(await pending()).toBe(false);
});

/** Writes of leases, counted. */
function watchLeases() {
  let count = 0;
  failCalls({ clients: [stage.lane.clients] }, 'dynamo', (_, { UpdateExpression: update }) => {
    if (update === 'SET deliveryLease = :lease') count += 1;
    return false;
  });
  return () => count;
}

async function change(pk: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const { expression, names, values } = setAll(fields);
  const update = new UpdateCommand({
    TableName: stage.world.tables.resources,
    Key: { pk },
    UpdateExpression: expression,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  });
  await testClients().dynamo.send(update);
}

test('R11: while the breaker is open, a trigger waits without a lease', async () => {
  const store = breakersTable(tableAt(stage.world.tables.breakers));
  const until = Date.now() + 60_000;
  const word = { kind: 'force-open', by: 'ada', reason: 'test', token: 'w', until } as const;
  await store.save(FHIR_SERVER, UNKNOWN_SERVICE, obey(UNKNOWN_SERVICE, word, 1).next);
  const leases = watchLeases();
  await stage.store('a', 1);
  expect((await turn(60_000))?.failed).toHaveLength(1);
  expect(leases()).toBe(0);
  // Its queue shows it when the breaker may let calls through, not before.
  skipTime(59_000);
  expect(await turn(60_000)).toBeUndefined();
});

test('R05: a trigger that meets another’s lease comes back in two seconds: most calls are short', async () => {
  const pk = await stage.store('a', 1);
  await change(pk, { deliveryLease: { owner: 'other', until: Date.now() + 15_000 } });
  expect((await turn(60_000))?.failed).toHaveLength(1);
  await change(pk, { deliveryLease: { owner: 'other', until: Date.now() } });
  // Triggers that wait for the same time are spread over twice that time.
  skipTime(4_000);
  await turn(60_000);
  expect(stage.downstream.resources.size).toBe(1);
});

test('R05: one that waits until no PUT can come late any more has no lease meanwhile', async () => {
  const pk = await stage.store('a', 1);
  const { submissionOrder } = await stage.resource();
  const deliveryLateUntil = Date.now() + 30_000;
  await change(pk, { deliveredOrder: submissionOrder, deliveryLateUntil });
  expect((await turn(60_000))?.failed).toHaveLength(1);
  expect(stage.downstream.resources.size).toBe(0);
  expect(await stage.resource()).toMatchObject({ deliveryLateUntil });
  expect(await stage.resource()).not.toHaveProperty('deliveryLease');
});
