import { afterEach, expect, test, vi } from 'vitest';
import { sendTriggers } from '../../../aws/delivery-queue.ts';
import { storeResource } from '../../../aws/resources-table.ts';
import { LARGE_AT_ONCE } from '../../../functions/deliver/settings.ts';
import { skipTime } from '../../support/clock.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { failCalls } from '../../support/faults.ts';
import { bucketAt, queueAt, tableAt } from '../../support/handles.ts';
import { watchMetrics } from '../../support/metrics.ts';
import { itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
afterEach(() => vi.restoreAllMocks());

const LARGE = 1_200_000;
const [LARGE_ONES, SMALL_ONES] = [5, 4];

async function store(id: string, padding: number): Promise<void> {
  const { tables, bucket, queues } = stage.world;
  const place = { table: tableAt(tables.resources), bucket: bucketAt(bucket) };
  const origin = { messageId: `m-${id}`, sentAt: 1, source: 'default' };
  const text = textOf(id, 1).replace('{', `{"language":"${'x'.repeat(padding)}",`);
  const resource = { origin, resourceType: 'Patient', resourceId: id, text };
  const { pk } = await storeResource(
    { ...place, inlineBytesMax: 0, delivered: true },
    { ...resource, lane: 'background' },
    Date.now(),
  );
  expect(await sendTriggers(queueAt(queues.delivery), [pk])).toEqual([undefined]);
}

test('R18: few large bodies are in memory at a time, so a batch of them does not end the environment; small ones do not wait', async () => {
  for (let n = 0; n < LARGE_ONES; n += 1) await store(`large${n}`, LARGE);
  for (let n = 0; n < SMALL_ONES; n += 1) await store(`small${n}`, 10);
  const held = Promise.withResolvers<void>();
  const running = { large: 0, small: 0 };
  let most = 0;
  let reads = 0;
  failCalls({ clients: [stage.lane.clients] }, 's3', () => {
    reads += 1;
    return false;
  });
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, { body } = {}) => {
    const size = String(body).length > LARGE ? 'large' : 'small';
    running[size] += 1;
    most = Math.max(most, running.large);
    await held.promise;
    if (size === 'large') running.large -= 1;
    return new Response(null, { status: 201 });
  });
  const turn = stage.turn();
  await expect.poll(() => [running.small, running.large]).toEqual([SMALL_ONES, LARGE_AT_ONCE]);
  held.resolve();
  expect((await turn)?.failed).toEqual([]);
  expect(most).toBe(LARGE_AT_ONCE);
  // The row says how large its body is.
  expect(reads).toBe(LARGE_ONES + SMALL_ONES);
  const items = await itemsOf(stage.world.tables.resources);
  expect(items.filter((item) => item['deliveryShard'])).toEqual([]);
});

test.each([
  ['lease', 11_000],
  ['invocation', 6_000],
])(
  'R09: a large body whose %s has no time left when its turn comes waits, and that is no fault',
  async (_, passedMs) => {
    const metrics = watchMetrics();
    await stage.reload();
    for (let n = 0; n <= LARGE_AT_ONCE; n += 1) await store(`large${n}`, LARGE);
    const held = Promise.withResolvers<void>();
    let calls = 0;
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
      calls += 1;
      await held.promise;
      return new Response(null, { status: 201 });
    });
    const turn = stage.turn();
    await expect.poll(() => calls).toBe(LARGE_AT_ONCE);
    skipTime(passedMs);
    held.resolve();
    expect((await turn)?.failed).toHaveLength(1);
    expect(calls).toBe(LARGE_AT_ONCE);
    expect(metrics.sum('Calls')).toBe(LARGE_AT_ONCE);
    expect(metrics.sum('ComponentFaults')).toBe(0);
    const items = await itemsOf(stage.world.tables.resources);
    const [left, ...others] = items.filter((item) => item['deliveryShard']);
    expect(others).toEqual([]);
    expect(left).not.toHaveProperty('deliveryLease');
  },
);
