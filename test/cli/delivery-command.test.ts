import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { failingDeliveries } from '../../aws/failing-deliveries.ts';
import { describeFailing } from '../../cli/delivery/describe.ts';
import { skipTime } from '../support/clock.ts';
import { useDeliveryStage } from '../support/delivery-stage.ts';
import { tableAt } from '../support/handles.ts';
import { type Metrics, watchMetrics } from '../support/metrics.ts';

const stage = useDeliveryStage();
let metrics: Metrics;
beforeEach(async () => {
  metrics = watchMetrics();
  await stage.reload();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const HOUR_MS = 3_600_000;

async function failing(since: number, max = 10_000) {
  return failingDeliveries(tableAt(stage.world.tables.resources), since, max);
}

test('R18: lists what the server fails at, and a metric has the age of the oldest failure', async () => {
  await stage.store('taken', 1);
  await stage.turn();
  await stage.store('a', 1);
  await stage.store('b', 1);
  stage.downstream.setMode('fail');
  const since = Date.now();
  for (let n = 0; n < 26; n += 1) {
    await stage.turn();
    skipTime(HOUR_MS);
  }
  stage.downstream.setMode('stop');
  await stage.turn();
  await stage.store('new', 1);

  const { failing: all, pending, more } = await failing(Date.now() - 24 * HOUR_MS);
  expect([pending, more]).toEqual([3, false]);
  expect(all.map(({ messageId }) => messageId).sort()).toEqual(['m-a-1', 'm-b-1']);
  const [first] = all;
  expect(first).toMatchObject({ source: 'default', resourceType: 'Patient' });
  expect(first?.deliveryFailures.since).toBeGreaterThanOrEqual(since);
  expect(Object.keys(first ?? {}).sort()).toEqual([
    ...['deliveryFailures', 'messageId', 'resourceType', 'source'],
  ]);
  expect((await failing(Date.now() - 48 * HOUR_MS)).failing).toEqual([]);
  expect(metrics.max('DeliveryFailingSeconds')).toBeGreaterThan(24 * 3_600);

  stage.downstream.setMode('ok');
  for (let n = 0; n < 10; n += 1) {
    skipTime(HOUR_MS);
    await stage.turn();
  }
  expect(await failing(Date.now())).toMatchObject({ failing: [], pending: 0 });
});

test('says so if it has not looked at all of them', async () => {
  for (let n = 0; n < 40; n += 1) await stage.store(`p${n}`, 1);
  const some = await failing(Date.now(), 16);
  expect(some).toMatchObject({ more: true });
  expect(some.pending).toBeLessThanOrEqual(16);
  expect(describeFailing(some, 0)).toMatch(/^Nothing fails, \d+ of more that are pending$/);
});

test('prints each on one line, with nothing of the resource', () => {
  const deliveryFailures = { count: 3, since: 0, status: 404 };
  const one = { messageId: 'm', source: 's\n', resourceType: 'Patient', deliveryFailures };
  const two = { ...one, deliveryFailures: { ...deliveryFailures, status: 0 } };
  const text = describeFailing({ failing: [one, two], pending: 7, more: false }, 60_000);
  expect(text.split('\n')).toEqual([
    'm  Patient of s\\u000a                    has failed since 1970-01-01 00:00:00Z (1 min ago): 3 calls, the last answered 404',
    'm  Patient of s\\u000a                    has failed since 1970-01-01 00:00:00Z (1 min ago): 3 calls, the last no answer',
    '2 fail, 7 pending',
  ]);
});
