/** The delivery lane and its breaker: the real `deliver` behind Lambda's API, and a server that fails. */
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendTriggers } from '../../../aws/delivery-queue.ts';
import { storeResource } from '../../../aws/resources-table.ts';
import { type Downstream, startDownstream } from '../../../demo/downstream/server.ts';
import { ENV } from '../../../telemetry/env-names.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver } from '../../support/delivery.ts';
import { type DeliveryLane, loadDelivery } from '../../support/delivery-lane.ts';
import { bucketAt, queueAt, tableAt } from '../../support/handles.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import {
  buildSupervisedWorld,
  factsOf,
  loadSupervisor,
  mappingsOf,
  minute,
  type SupervisedWorld,
  type SupervisorEnv,
  stateOf,
  tell,
} from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const service = useLambdaService();
let downstream: Downstream;
let stage: SupervisedWorld;
let supervisor: SupervisorEnv;
let lane: DeliveryLane;
const probes: unknown[] = [];

beforeEach(async () => {
  downstream = await startDownstream();
  stage = await buildSupervisedWorld(service);
  process.env[ENV.deliveryEndpoint] = downstream.endpoint;
  process.env[ENV.deliveryQueueUrl] = stage.world.queues.delivery.url;
  supervisor = await loadSupervisor();
  lane = await loadDelivery(stage.world);
  probes.length = 0;
  service.answer(`fhir-failsafe-${stage.world.stage}-delivery`, async (event) => {
    probes.push(event);
    return lane.deliver(event as SQSEvent, contextWith(30_000));
  });
});
afterEach(() => downstream.stop());

async function store(count: number): Promise<void> {
  const { tables, bucket, queues } = stage.world;
  const place = {
    table: tableAt(tables.resources),
    bucket: bucketAt(bucket),
    inlineBytesMax: 1_000,
    delivered: true,
  };
  for (let n = 0; n < count; n += 1) {
    const { pk } = await storeResource(
      place,
      {
        origin: { messageId: `m-${n}`, sentAt: n, source: 'default' },
        lane: 'background',
        resourceType: 'Patient',
        resourceId: `p-${n}`,
        text: JSON.stringify({ resourceType: 'Patient', id: `p-${n}` }),
      },
      Date.now(),
    );
    await sendTriggers(queueAt(queues.delivery), [pk]);
  }
}

const turn = () =>
  deliver(lane.deliver, stage.world.queues.delivery, { context: contextWith(60_000) });
const breaker = async () => (await itemsOf(stage.world.tables.breakers))[0];
const news = (to: string) => ({
  breaker: { service: 'fhir-server', from: 'closed', to, at: Date.now() },
});
const mapping = async () => (await mappingsOf(stage, service))['delivery'];

async function aMinuteLater() {
  skipTime(60_000);
  expect(await minute(stage, supervisor)).toEqual([]);
}

async function fail(): Promise<void> {
  downstream.setMode('fail');
  await store(6);
  await turn();
  expect(await breaker()).toMatchObject({ phase: 'open' });
  expect(await tell(stage, supervisor, news('open'))).toEqual([]);
}

test('R31: a breaker that is open for no longer than two minutes pauses nothing', async () => {
  await fail();
  await aMinuteLater();
  expect(await mapping()).toBe(8);
  expect(await stateOf(stage, 'delivery')).toMatchObject({ breakerSince: expect.any(Number) });
});

test('R18 R33: open for longer, it pauses the lane; the lane’s probe is the breaker’s, and closing wakes it', async () => {
  await fail();
  for (let n = 0; n < 3; n += 1) await aMinuteLater();
  expect(await mapping()).toBe('off');
  const { holds } = await stateOf(stage, 'delivery');
  expect(Object.keys(holds)).toEqual(['breaker']);

  // The server is still down: one call a probe, and the breaker stays open.
  const callsBefore = downstream.counts.fail;
  const probesBefore = probes.length;
  for (let n = 0; n < 6; n += 1) await aMinuteLater();
  expect(downstream.counts.fail - callsBefore).toBe(probes.length - probesBefore);
  expect(probes.length).toBeGreaterThan(probesBefore);
  expect(probes[0]).toMatchObject({ failsafeProbe: { child: 'delivery' } });
  expect(await mapping()).toBe('off');
  expect((await breaker())?.['phase']).toBe('open');

  downstream.setMode('ok');
  const stored = downstream.resources.size;
  for (let n = 0; n < 6 && (await mapping()) === 'off'; n += 1) await aMinuteLater();
  expect(await breaker()).toMatchObject({ phase: 'closed' });
  expect(downstream.resources.size).toBeGreaterThan(stored);
  expect(await mapping()).toBe(2);
  for (let n = 0; n < 3; n += 1) await aMinuteLater();
  expect(await mapping()).toBe(8);
  for (let n = 0; n < 6 && (await depthOf(stage.world.queues.delivery)) > 0; n += 1) {
    skipTime(60_000);
    await turn();
  }
  expect(downstream.resources.size).toBe(6);
  // The breaker sends its own transitions to the same log.
  const facts = (await factsOf(stage)).filter(({ kind }) => String(kind).startsWith('lane-'));
  expect(facts.map(({ kind, details }) => [kind, details])).toEqual([
    ['lane-paused', { lane: 'delivery', holder: 'breaker' }],
    ['lane-resumed', { lane: 'delivery', holder: 'breaker' }],
  ]);
});

test('R33: a breaker that an operator or another call closed wakes its lane at once', async () => {
  await fail();
  for (let n = 0; n < 3; n += 1) await aMinuteLater();
  expect(await mapping()).toBe('off');
  const { breakersTable } = await import('../../../aws/breakers-table.ts');
  const { UNKNOWN_SERVICE } = await import('../../../core/breaker/breaker-state.ts');
  const breakers = breakersTable(tableAt(stage.world.tables.breakers));
  const state = await breakers.load('fhir-server');
  if (state === undefined) throw new Error('no breaker');
  const { generation, version } = state;
  const closed = { ...UNKNOWN_SERVICE, generation: generation + 1, version: version + 1 };
  expect(await breakers.save('fhir-server', state, closed)).toBe(true);
  await tell(stage, supervisor, news('closed'));
  expect(await mapping()).toBe(2);
});
