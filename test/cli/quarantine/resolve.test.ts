import { beforeEach, expect, test } from 'vitest';
import { storeResource } from '../../../aws/resources-table.ts';
import { resolvedAsStored } from '../../../cli/quarantine/resolve.ts';
import { receive, send } from '../../support/delivery.ts';
import { drain } from '../../support/drain.ts';
import { bucketAt, tableAt } from '../../support/handles.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { invalidPatient } from '../../support/resources.ts';
import { useStage } from '../../support/stage.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useStage({ deadlineMs: 5_000 });
/** Its body is in the entry. */
const SMALL = invalidPatient('p1');
/** Its body is in the bucket. */
const LARGE = SMALL.replace(/\}$/, `,"text":{"status":"generated","div":"${'x'.repeat(10_000)}"}}`);
let operator: Awaited<ReturnType<typeof loadOperator>>;
let id: string;

/** It was rejected. Then the write of an earlier delivery took effect, which had found it valid and had given up. */
async function storedLate(delivered: boolean, body = SMALL): Promise<void> {
  const { world } = stage;
  id = await send(world.queues.lane, body);
  await drain(world, stage.functions);
  const [entry] = await itemsOf(world.tables.quarantine);
  const origin = { messageId: id, sentAt: Number(entry?.['sentAt']), source: 'default' };
  const table = tableAt(world.tables.resources);
  const store = { table, bucket: bucketAt(world.bucket), inlineBytesMax: 9_000, delivered };
  const resource = { origin, lane: 'background', resourceType: 'Patient', text: body } as const;
  await storeResource(store, { ...resource, resourceId: 'p1' }, Date.now());
}

const redrive = () => operator.redrive(stageOf(stage.world), { kind: 'all' }, byTest());
const statusOf = async () => (await itemsOf(stage.world.tables.quarantine))[0]?.['status'];

beforeEach(async () => {
  operator = await loadOperator();
});

test('R04 R18: what a late write stored is said to be stored, and its delivery is asked for', async () => {
  await storedLate(true);
  expect(await redrive()).toEqual({ 'stored already': 1 });
  expect(await statusOf()).toBe('stored');
  const triggers = await receive(stage.world.queues.delivery);
  expect(triggers.map((each) => each.body)).toEqual(['{"pk":"default#Patient#p1"}']);
});

test.each(['redrive', 'discard'] as const)(
  'R04: so is a resource whose body is in the bucket, by %s',
  async (act) => {
    await storedLate(true, LARGE);
    const [entry] = await itemsOf(stage.world.tables.quarantine);
    expect(entry).toHaveProperty('bodyS3');
    const done = await operator[act](stageOf(stage.world), { kind: 'all' }, byTest());
    expect(done).toEqual({ 'stored already': 1 });
    expect(await statusOf()).toBe('stored');
    expect(await depthOf(stage.world.queues.delivery)).toBe(1);
  },
);

test('R07: what was rejected with an id that no key can hold is read, and discarded', async () => {
  const body = SMALL.replace('"p1"', `"${'p'.repeat(3_000)}"`);
  id = await send(stage.world.queues.lane, body);
  await drain(stage.world, stage.functions);
  const at = stageOf(stage.world);
  const entry = await operator.readEntry(stage.world.tables.quarantine, id);
  if (entry === undefined) throw new Error('no entry');
  expect(await resolvedAsStored(at, entry)).toBe(false);
  expect(await operator.discard(at, { kind: 'all' }, byTest())).toEqual({ discarded: 1 });
});

test('R18: if the trigger is not accepted the entry is not marked, and whoever reads it next sends it', async () => {
  await storedLate(true);
  const at = stageOf(stage.world);
  const { sqs, url } = at.deliveryQueue;
  const broken = { ...at, deliveryQueue: { sqs, url: `${url}-gone` } };
  const entry = await operator.readEntry(stage.world.tables.quarantine, id);
  if (entry === undefined) throw new Error('no entry');
  expect(await resolvedAsStored(broken, entry)).toBe(true);
  expect(await statusOf()).toBe('quarantined');
  expect(await resolvedAsStored(at, entry)).toBe(true);
  expect(await statusOf()).toBe('stored');
  expect(await depthOf(stage.world.queues.delivery)).toBe(1);
});

test('R04: where nothing is delivered, no trigger is sent', async () => {
  await storedLate(false);
  expect(await redrive()).toEqual({ 'stored already': 1 });
  expect(await statusOf()).toBe('stored');
  expect(await depthOf(stage.world.queues.delivery)).toBe(0);
});
