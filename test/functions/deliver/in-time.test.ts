/** What `deliver` does not begin any more: a call must end before its lease does, and before its invocation. */
import { beforeEach, expect, test } from 'vitest';
import { skipTime, stopTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, remove } from '../../support/delivery.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { failCalls } from '../../support/faults.ts';
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
