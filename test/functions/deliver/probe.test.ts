import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sendTriggers } from '../../../aws/delivery-queue.ts';
import { storeResource } from '../../../aws/resources-table.ts';
import { PROBE_PROPERTY } from '../../../core/supervision/supervisor-messages.ts';
import { type Downstream, startDownstream } from '../../../demo/downstream/server.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, type SqsHandler } from '../../support/delivery.ts';
import {
  buildDeliveryWorld,
  type DeliveryLane,
  loadDelivery,
} from '../../support/delivery-lane.ts';
import { bucketAt, queueAt, tableAt } from '../../support/handles.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import { useEmulators } from '../../support/use-emulators.ts';
import type { World } from '../../support/world.ts';

useEmulators();
let downstream: Downstream;
let world: World;
let lane: DeliveryLane;

beforeEach(async () => {
  downstream = await startDownstream();
  world = await buildDeliveryWorld(downstream.endpoint, { inFlightMax: 1, receivesMax: 2 });
  lane = await loadDelivery(world);
});
afterEach(() => downstream.stop());

async function store(id: string): Promise<void> {
  const { pk } = await storeResource(
    {
      table: tableAt(world.tables.resources),
      bucket: bucketAt(world.bucket),
      inlineBytesMax: 1_000,
      delivered: true,
    },
    {
      origin: { messageId: `m-${id}`, sentAt: 1, source: 'default' },
      lane: 'background',
      resourceType: 'Patient',
      resourceId: id,
      text: JSON.stringify({ resourceType: 'Patient', id }),
    },
    Date.now(),
  );
  expect(await sendTriggers(queueAt(world.queues.delivery), [pk])).toEqual([undefined]);
}

/** One delivery as the supervisor makes it: it deletes only what succeeded. */
const asProbe: SqsHandler = (event, context) => {
  const marked: SQSEvent & Record<string, unknown> = {
    ...event,
    [PROBE_PROPERTY]: { child: 'delivery' },
  };
  return lane.deliver(marked, context);
};
const turn = (handler: SqsHandler, max = 10) =>
  deliver(handler, world.queues.delivery, { max, context: contextWith(60_000) });

/** A fleet's breaker that has just opened, and one trigger that waits for the server. */
async function outage(): Promise<void> {
  downstream.setMode('fail');
  for (let n = 0; n < 5; n += 1) await store(`p${n}`);
  for (let n = 0; n < 5; n += 1) {
    await turn(lane.deliver, 1);
  }
  expect(await itemsOf(world.tables.breakers)).toMatchObject([{ phase: 'open' }]);
}

describe('a probe of the delivery lane', () => {
  test('R33: is one delivery, whatever else is in the event', async () => {
    await store('one');
    await store('two');
    const Records = await receive(world.queues.delivery);
    expect(Records).toHaveLength(2);
    const answer = await asProbe({ Records }, contextWith(60_000));
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: Records[1]?.messageId }]);
    expect(downstream.resources.size).toBe(1);
  });

  test('R33: at `openUntil` is also the breaker’s own probe', async () => {
    await outage();
    downstream.setMode('ok');
    const before = downstream.counts.ok;
    await store('probe');
    skipTime(10 * 60_000);
    expect((await turn(asProbe, 1))?.failed).toEqual([]);
    expect(downstream.counts.ok).toBe(before + 1);
    expect(await itemsOf(world.tables.breakers)).not.toMatchObject([{ phase: 'open' }]);
  });

  test('R11: fails while the breaker refuses, calls nothing, and keeps its trigger', async () => {
    await outage();
    const calls = downstream.counts.fail;
    await store('kept');
    const before = await depthOf(world.queues.delivery);
    // Too many wait, so an ordinary delivery would mark it and leave the queue. For a probe that is no
    // success.
    expect((await turn(asProbe, 1))?.failed).toHaveLength(1);
    expect(downstream.counts.fail).toBe(calls);
    expect(await depthOf(world.queues.delivery)).toBe(before);
  });
});
