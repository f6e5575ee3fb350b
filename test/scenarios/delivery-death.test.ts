/** `validate`, `deliver` and `resend` die after each of their calls to AWS: nothing is lost, and no order changes. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendTriggers } from '../../aws/delivery-queue.ts';
import { storeResource } from '../../aws/resources-table.ts';
import { type Downstream, startDownstream } from '../../demo/downstream/server.ts';
import { skipTime } from '../support/clock.ts';
import { contextWith, deliver, receive, remove, send } from '../support/delivery.ts';
import { buildDeliveryWorld, loadDelivery } from '../support/delivery-lane.ts';
import { dieAtEveryStep } from '../support/die-at-every-step.ts';
import { drain } from '../support/drain.ts';
import { loadFunctions } from '../support/functions.ts';
import { bucketAt, queueAt, tableAt } from '../support/handles.ts';
import { patient } from '../support/resources.ts';
import { depthOf, itemsOf } from '../support/stores.ts';
import { expectAllTold } from '../support/told.ts';
import { useEmulators } from '../support/use-emulators.ts';
import type { World } from '../support/world.ts';

const DUE_MS = 7 * 24 * 3_600_000;

useEmulators();
let downstream: Downstream;
/** Versions as the server stored them, by resource. */
let stored: Record<string, number[]>;
beforeEach(async () => {
  downstream = await startDownstream();
  stored = {};
  downstream.onStored = (key, body) => {
    const versions = stored[key] ?? [];
    stored[key] = [...versions, JSON.parse(body).version];
  };
});
afterEach(() => downstream.stop());

async function store(world: World, id: string, version: number, body: object = {}) {
  const place = {
    table: tableAt(world.tables.resources),
    bucket: bucketAt(world.bucket),
    inlineBytesMax: 1_000,
  };
  const { pk } = await storeResource(
    { ...place, delivered: true },
    {
      origin: { messageId: `m-${id}-${version}`, sentAt: version, source: 'default' },
      lane: 'background',
      resourceType: 'Patient',
      resourceId: id,
      text: JSON.stringify({ resourceType: 'Patient', id, version, ...body }),
    },
    Date.now(),
  );
  await sendTriggers(queueAt(world.queues.delivery), [pk]);
}

const pendingOf = async (world: World) =>
  (await itemsOf(world.tables.resources)).filter((item) => item['deliveryShard'] !== undefined);

async function finish(world: World): Promise<void> {
  const lane = await loadDelivery(world);
  for (let turns = 0; turns < 60 && (await pendingOf(world)).length > 0; turns += 1) {
    const context = contextWith(60_000);
    if (!(await deliver(lane.deliver, world.queues.delivery, { context }))) skipTime(30_000);
  }
}

/** Each version is at most repeated, none comes after a newer one, and the newest is last. */
function expectOrder(): void {
  for (const versions of Object.values(stored)) {
    expect(versions).toEqual([...versions].sort());
    expect(versions.at(-1)).toBe(2);
  }
}

test('R04 R18: validate, which stores resources, sends their triggers and publishes', async () => {
  const ids = ['a', 'b', 'c'];
  const survivors = ['validate', 'quarantine', 'incident'] as const;
  const steps = await dieAtEveryStep({
    build: () => buildDeliveryWorld(downstream.endpoint),
    queue: (world) => world.queues.lane,
    async load() {
      stored = {};
      const { validate: handler, clients, close } = await loadFunctions(['validate']);
      return { handler, clients, close };
    },
    async prepare({ queues }) {
      for (const id of ids) await send(queues.lane, patient({ id }));
    },
    async finish(world) {
      const functions = await loadFunctions(survivors);
      await drain(world, functions);
      await functions.close();
      // Without `resend`, so no trigger may be lost.
      await finish(world);
    },
    async check(world) {
      expect(await pendingOf(world)).toEqual([]);
      expect(Object.keys(stored).sort()).toEqual(ids.map((id) => `Patient/${id}`));
      const entries = await itemsOf(world.tables.quarantine);
      expect(entries.filter(({ status }) => status !== 'stored')).toEqual([]);
      await expectAllTold(world);
    },
  });
  // The marks, three resources, one request of triggers and one of outcomes.
  expect(steps).toBeGreaterThanOrEqual(6);
});

test('R05 R18: deliver', async () => {
  const steps = await dieAtEveryStep({
    build: () => buildDeliveryWorld(downstream.endpoint),
    queue: (world) => world.queues.delivery,
    async load(world) {
      stored = {};
      const { deliver: handler, clients } = await loadDelivery(world);
      return { handler, clients: [clients] };
    },
    async prepare(world) {
      for (const version of [1, 2]) await store(world, 'a', version);
      await store(world, 'large', 2, { note: 'x'.repeat(2_000) });
    },
    finish,
    async check(world) {
      expect(await pendingOf(world)).toEqual([]);
      expect(Object.keys(stored).sort()).toEqual(['Patient/a', 'Patient/large']);
      expectOrder();
      expect(await itemsOf(world.tables.quarantine)).toEqual([]);
    },
  });
  // The breaker, a lease each and the body in the bucket, the end of each.
  expect(steps).toBeGreaterThanOrEqual(6);
});

test('R05: deliver, while a PUT that was given up is carried out after the newer one', async () => {
  let carryOut: () => void = () => {};
  let overwritten = 0;
  const wait = () => new Promise<void>((resolve) => (carryOut = resolve));
  await downstream.stop();
  downstream = await startDownstream({ wait });
  // Longer than the time that passes until another environment continues.
  const settings = { callTimeoutMs: 50, lateMs: 600_000 };
  const steps = await dieAtEveryStep({
    build: () => buildDeliveryWorld(downstream.endpoint, settings),
    queue: (world) => world.queues.delivery,
    async load(world) {
      downstream.onStored = (_key, body) => {
        const { version } = JSON.parse(body);
        if (version === 2) carryOut();
        else overwritten += 1;
      };
      const { deliver: handler, clients } = await loadDelivery(world);
      return { handler, clients: [clients] };
    },
    async prepare(world) {
      await store(world, 'late', 1);
      downstream.setMode('slow');
      const lane = await loadDelivery(world);
      await deliver(lane.deliver, world.queues.delivery, { context: contextWith(60_000) });
      downstream.setMode('ok');
      skipTime(5_000);
      await store(world, 'late', 2);
    },
    finish,
    async check(world) {
      expect(await pendingOf(world)).toEqual([]);
      expect(JSON.parse(downstream.resources.get('Patient/late')?.body ?? '').version).toBe(2);
      expect(await itemsOf(world.tables.quarantine)).toEqual([]);
    },
  });
  expect(steps).toBeGreaterThanOrEqual(5);
  expect(overwritten).toBeGreaterThanOrEqual(steps);
});

test('R18: resend, for deliveries that lost their triggers', async () => {
  const steps = await dieAtEveryStep({
    build: () => buildDeliveryWorld(downstream.endpoint),
    queue: (world) => world.queues.lane,
    async load(world) {
      stored = {};
      const { resend, resendClients } = await loadDelivery(world);
      const handler = async () => {
        await resend();
        return { batchItemFailures: [] };
      };
      return { handler, clients: [resendClients] };
    },
    async prepare(world) {
      await store(world, 'a', 2);
      await store(world, 'b', 2);
      const { delivery, lane } = world.queues;
      await remove(delivery, await receive(delivery));
      expect(await depthOf(delivery)).toBe(0);
      // Takes the place of the minute's event.
      await send(lane, '{"wake":"minute"}');
      skipTime(DUE_MS);
    },
    async finish(world) {
      const { resend } = await loadDelivery(world);
      await resend();
      await finish(world);
    },
    async check(world) {
      expect(await pendingOf(world)).toEqual([]);
      expect(stored).toEqual({ 'Patient/a': expect.any(Array), 'Patient/b': expect.any(Array) });
    },
  });
  // Breakers, what is pending, a trigger, and what was sent again.
  expect(steps).toBeGreaterThanOrEqual(4);
});
