import { expect, test } from 'vitest';
import { dueDeliveries, setDeliveryDue, triggerSent } from '../../../aws/deliveries.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { failCalls } from '../../support/faults.ts';
import { tableAt } from '../../support/handles.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const DAY_MS = 24 * 3_600_000;
const stage = useDeliveryStage();

/** A pending delivery whose trigger is lost and due, as `resend` reads it. */
async function dueOne() {
  const pk = await stage.store('a', 1);
  const resources = tableAt(stage.world.tables.resources);
  await setDeliveryDue(resources, pk, 1);
  const [item] = await itemsOf(stage.world.tables.resources);
  const shard = String(item?.['deliveryShard']);
  const {
    due: [due],
  } = await dueDeliveries(resources, shard, Date.now());
  if (due === undefined) throw new Error('nothing is due');
  expect(due).toEqual({ pk, dueAt: 1 });
  const dueAt = async () => (await itemsOf(stage.world.tables.resources))[0]?.['deliveryDueAt'];
  return { resources, due, dueAt };
}

test('R18: a trigger that was sent again is due once more after days', async () => {
  const { resources, due, dueAt } = await dueOne();
  const now = Date.now();
  expect(await triggerSent(resources, due, now)).toBe(true);
  expect(await dueAt()).toBe(now + 7 * DAY_MS);
});

test('R18: a delivery that has had its trigger by then, and waits for seconds, does not wait for days', async () => {
  const { resources, due, dueAt } = await dueOne();
  const soon = Date.now() + 30_000;
  await setDeliveryDue(resources, due.pk, soon);
  expect(await triggerSent(resources, due, Date.now())).toBe(false);
  expect(await dueAt()).toBe(soon);
});

test('R18: a delivery does not wait for days if its former time, and the mark of a trigger sent then, are written late', async () => {
  const { resources, due, dueAt } = await dueOne();
  const former = Date.now() - 30_000;
  const soon = Date.now() + 30_000;
  await setDeliveryDue(resources, due.pk, soon);
  expect(await setDeliveryDue(resources, due.pk, former)).toBe(false);
  expect(await triggerSent(resources, { ...due, dueAt: former }, Date.now())).toBe(false);
  expect(await dueAt()).toBe(soon);
});

test('R18: a delivery that has to wait again after its trigger was sent does not wait for days', async () => {
  const { resources, due, dueAt } = await dueOne();
  await triggerSent(resources, due, Date.now());
  const soon = Date.now() + 30_000;
  expect(await setDeliveryDue(resources, due.pk, soon)).toBe(true);
  expect(await dueAt()).toBe(soon);
});

test('R18: a trigger that could not be sent is due again in the next minute', async () => {
  const { dueAt } = await dueOne();
  const { lane, world } = stage;
  const before = await depthOf(world.queues.delivery);
  const clients = [lane.resendClients];
  const isSend = (command: string) => command === 'SendMessageBatchCommand';
  const mend = failCalls({ clients }, 'sqs', isSend);
  await lane.resend();
  expect(await dueAt()).toBe(1);
  mend();
  await lane.resend();
  expect(await depthOf(world.queues.delivery)).toBe(before + 1);
  expect(await dueAt()).not.toBe(1);
});

test('R18: what is delivered by now is not due again', async () => {
  const { resources, due } = await dueOne();
  await stage.turn();
  expect(await setDeliveryDue(resources, due.pk, 1)).toBe(false);
  expect((await itemsOf(stage.world.tables.resources))[0]).not.toHaveProperty('deliveryDueAt');
});
