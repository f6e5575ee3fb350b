import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Downstream, startDownstream } from '../../../local/downstream/server.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive } from '../../support/delivery.ts';
import {
  buildDeliveryWorld,
  type DeliveryLane,
  loadDelivery,
} from '../../support/delivery-lane.ts';
import { type Emulators, startEmulators } from '../../support/emulators.ts';
import { byTest, loadOperator, stageOf } from '../../support/operator.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import type { World } from '../../support/world.ts';

let emulators: Emulators;
let downstream: Downstream;
let world: World;
let lane: DeliveryLane;

beforeAll(async () => {
  emulators = await startEmulators();
});
beforeEach(async () => {
  downstream = await startDownstream();
  world = await buildDeliveryWorld(downstream.endpoint);
  lane = await loadDelivery(world);
});
afterEach(() => downstream.stop());
afterAll(() => emulators.stop());

/** Stores a version of a resource as `validate` does, and sends its trigger. */
async function store(id: string | undefined, version: number, messageId = `m-${id}-${version}`) {
  const { storeResource } = await import('../../../functions/aws/resources-table.ts');
  const { sendTriggers } = await import('../../../functions/aws/delivery-queue.ts');
  const place = {
    table: world.tables.resources,
    bucket: world.bucket,
    inlineBytesMax: 1_000,
    delivered: true,
  };
  const { pk } = await storeResource(
    place,
    {
      origin: { messageId, sentAt: version, source: 'default' },
      lane: 'background',
      resourceType: 'Patient',
      resourceId: id,
      text: textOf(id, version),
    },
    Date.now(),
  );
  expect(await sendTriggers(world.queues.delivery.url, [pk])).toEqual([undefined]);
  return pk;
}
const textOf = (id: string | undefined, version: number) =>
  JSON.stringify({ resourceType: 'Patient', id, language: `v${version}` });
const turn = () => deliver(lane.deliver, world.queues.delivery, { context: contextWith(60_000) });
const resource = async () => (await itemsOf(world.tables.resources))[0] ?? {};

test('sends what Resources holds now, and then nothing is pending', async () => {
  await store('a', 1);
  await store('a', 2);
  expect((await turn())?.failed.length).toBeLessThanOrEqual(1);
  skipTime(20_000);
  await turn();
  expect(downstream.resources.get('Patient/a')).toEqual({ version: 1, body: textOf('a', 2) });
  const item = await resource();
  expect(item['deliveryShard']).toBeUndefined();
  expect(item['deliveryLease']).toBeUndefined();
  expect(item).toMatchObject({
    deliveredVersion: 'W/"1"',
    submissionOrder: item['deliveredOrder'],
  });
  expect(await depthOf(world.queues.delivery)).toBe(0);
});

test('names the version that the server gave, and sends without where it has another', async () => {
  await store('a', 1);
  await turn();
  await store('a', 2);
  await turn();
  expect(downstream.resources.get('Patient/a')?.version).toBe(2);
  await testClients().dynamo.send(
    new UpdateCommand({
      TableName: world.tables.resources,
      Key: { pk: (await resource())['pk'] },
      UpdateExpression: 'SET deliveredVersion = :v',
      ExpressionAttributeValues: { ':v': 'W/"1"' },
    }),
  );
  await store('a', 3);
  expect((await turn())?.failed).toHaveLength(1);
  skipTime(5_000);
  await turn();
  expect(downstream.resources.get('Patient/a')).toEqual({ version: 3, body: textOf('a', 3) });
});

test('a resource without an id is sent with that of its message; a large one from the bucket', async () => {
  await store(undefined, 1, 'message-1');
  await turn();
  expect(JSON.parse(downstream.resources.get('Patient/message-1')?.body ?? '')).toEqual({
    id: 'message-1',
    resourceType: 'Patient',
    language: 'v1',
  });
});

test('R05: nothing is sent under the lease of another, nor while a newer waits for it', async () => {
  const pk = await store('a', 1);
  await testClients().dynamo.send(
    new UpdateCommand({
      TableName: world.tables.resources,
      Key: { pk },
      UpdateExpression: 'SET deliveryLease = :lease',
      ExpressionAttributeValues: { ':lease': { owner: 'x', until: Date.now() + 10_000 } },
    }),
  );
  await store('a', 2);
  expect((await turn())?.failed).toHaveLength(2);
  expect(downstream.resources.size).toBe(0);
  skipTime(21_000);
  await turn();
  skipTime(21_000);
  await turn();
  expect(downstream.resources.get('Patient/a')?.body).toBe(textOf('a', 2));
});

describe('R18: an outage', () => {
  test('opens the breaker, calls nothing, and is waited for', async () => {
    downstream.setMode('fail');
    for (let n = 0; n < 30; n += 1) await store(`p${n}`, 1);
    for (let n = 0; n < 6; n += 1) await turn();
    const before = downstream.counts.fail;
    expect(before).toBeLessThanOrEqual(30);
    for (let n = 0; n < 10; n += 1) {
      skipTime(2_000);
      await turn();
    }
    expect(downstream.counts.fail).toBe(before);
    downstream.setMode('ok');
    for (let n = 0; n < 200 && downstream.resources.size < 30; n += 1) {
      skipTime(5_000);
      await turn();
    }
    expect(downstream.resources.size).toBe(30);
    expect(await itemsOf(world.tables.quarantine)).toEqual([]);
  });

  test('leaves the queue where too much waits; the minute rule sends it anew', async () => {
    world = await buildDeliveryWorld(downstream.endpoint, { inFlightMax: 1, receivesMax: 2 });
    lane = await loadDelivery(world);
    downstream.setMode('stop');
    for (let n = 0; n < 12; n += 1) await store(`p${n}`, 1);
    for (let n = 0; n < 20 && (await depthOf(world.queues.delivery)) > 0; n += 1) {
      await turn();
      skipTime(4_000);
    }
    expect(await depthOf(world.queues.delivery)).toBe(0);
    await lane.resend();
    expect(await depthOf(world.queues.delivery)).toBe(0);
    downstream.setMode('ok');
    for (let n = 0; n < 40 && downstream.resources.size < 12; n += 1) {
      skipTime(60_000);
      await lane.resend();
      await turn();
      await turn();
    }
    expect(downstream.resources.size).toBe(12);
  });

  test('triggers that were lost are sent anew while their messages might still be kept', async () => {
    await store('a', 1);
    await receive(world.queues.delivery);
    await lane.resend();
    expect(await depthOf(world.queues.delivery)).toBe(1);
    skipTime(7 * 24 * 3_600_000);
    await lane.resend();
    expect(await depthOf(world.queues.delivery)).toBe(2);
    await lane.resend();
    expect(await depthOf(world.queues.delivery)).toBe(2);
  });
});

describe('R07: what the server does not take', () => {
  let picky: Server;
  let status = 422;
  let calls = 0;
  beforeEach(async () => {
    calls = 0;
    picky = createServer((request, response) => {
      calls += 1;
      const ok = request.url?.endsWith('/good');
      const outcome = JSON.stringify({ resourceType: 'OperationOutcome', issue: [] });
      response.writeHead(ok ? 201 : status).end(ok ? '' : outcome);
    });
    await new Promise<void>((resolve) => picky.listen(0, '127.0.0.1', resolve));
    const { port } = picky.address() as AddressInfo;
    world = await buildDeliveryWorld(`http://127.0.0.1:${port}/fhir/`);
    lane = await loadDelivery(world);
  });
  afterEach(() => {
    picky.closeAllConnections();
    picky.close();
  });

  test('goes to quarantine at once, with its OperationOutcome', async () => {
    status = 422;
    await store('bad', 1);
    await turn();
    expect(calls).toBe(1);
    expect(await itemsOf(world.tables.quarantine)).toMatchObject([
      {
        pk: 'delivery#m-bad-1',
        kind: 'undelivered',
        status: 'quarantined',
        reason: 'the FHIR server answered 422',
        outcome: '{"resourceType":"OperationOutcome","issue":[]}',
        body: textOf('bad', 1),
      },
    ]);
    expect(await resource()).toMatchObject({ deliveryRefused: 'answered 422' });
    expect(await depthOf(world.queues.delivery)).toBe(0);
    // An operator has it sent anew, when the server takes it.
    status = 201;
    const operator = await loadOperator();
    const redriven = await operator.redrive(
      stageOf(world),
      { kind: 'ids', ids: ['delivery#m-bad-1'] },
      byTest(),
    );
    expect(redriven).toEqual({ sent: 1 });
    await turn();
    expect(calls).toBe(2);
    const delivered = await resource();
    expect(delivered['deliveredOrder']).toBe(delivered['submissionOrder']);
    // A newer version of it is sent all the same.
    await store('bad', 2);
    await turn();
    expect(calls).toBe(3);
  });

  test('R18: a 5xx of its own goes there after three, while others are served', async () => {
    status = 500;
    await store('bad', 1);
    for (let n = 0; n < 8; n += 1) {
      await store('good', n + 1);
      await turn();
      skipTime(10_000);
    }
    expect(await itemsOf(world.tables.quarantine)).toMatchObject([
      { kind: 'undelivered', reason: 'the FHIR server answered 500' },
    ]);
    expect(await itemsOf(world.tables.breakers)).toMatchObject([{ phase: 'closed' }]);
  });

  test('R18: credentials that are not accepted are nobody’s fault', async () => {
    status = 401;
    for (let n = 0; n < 6; n += 1) await store(`p${n}`, 1);
    for (let n = 0; n < 12; n += 1) {
      await turn();
      skipTime(5_000);
    }
    expect(await itemsOf(world.tables.quarantine)).toEqual([]);
    expect(await itemsOf(world.tables.breakers)).toMatchObject([
      { phase: expect.not.stringMatching('closed') },
    ]);
  });
});

test('R09: what is no trigger fails, and holds up no other', async () => {
  await store('a', 1);
  const { send } = await import('../../support/delivery.ts');
  const strange = await send(world.queues.delivery, 'not a trigger');
  expect((await turn())?.failed).toEqual([strange]);
  expect(downstream.resources.size).toBe(1);
});
