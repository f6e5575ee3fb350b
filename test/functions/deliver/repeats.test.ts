import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sendTriggers } from '../../../aws/delivery-queue.ts';
import { skipTime } from '../../support/clock.ts';
import { dieOnceStored } from '../../support/death.ts';
import { textOf, useDeliveryStage } from '../../support/delivery-stage.ts';
import { queueAt } from '../../support/handles.ts';
import { type Metrics, watchMetrics } from '../../support/metrics.ts';
import { depthOf } from '../../support/stores.ts';

const stage = useDeliveryStage();
/** After this time no PUT of the dead environment can take effect any more. */
const LATE_MS = 80_000;

let metrics: Metrics;
beforeEach(async () => {
  metrics = watchMetrics();
  await stage.reload();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const counts = () =>
  Object.fromEntries(
    ['Calls', 'Repeats', 'Delivered', 'DeliveryFailures'].map((name) => [name, metrics.sum(name)]),
  );

test('R05: a PUT is repeated, and counted as a repeat, if its sender died before it was recorded', async () => {
  await stage.store('a', 1);
  const death = dieOnceStored(stage.downstream, stage.lane.clients);
  expect(await Promise.race([stage.turn(), death.happened])).toBe('died');
  expect(await stage.resource()).toHaveProperty('deliveryShard');

  await stage.reload();
  skipTime(LATE_MS);
  expect((await stage.turn())?.failed).toEqual([]);
  expect(stage.downstream.resources.get('Patient/a')).toEqual({ version: 2, body: textOf('a', 1) });
  expect(await stage.resource()).not.toHaveProperty('deliveryShard');
  // The counts of the dead environment died with it.
  expect(counts()).toEqual({ Calls: 1, Repeats: 1, Delivered: 1, DeliveryFailures: 0 });
});

test('a call without an answer may have reached the server, so the next one counts as a repeat', async () => {
  stage.downstream.setMode('stop');
  await stage.store('a', 1);
  expect((await stage.turn())?.failed).toHaveLength(1);
  expect(counts()).toMatchObject({ Calls: 1, Repeats: 0, DeliveryFailures: 1 });
  stage.downstream.setMode('ok');
  skipTime(LATE_MS);
  await stage.turn();
  expect(counts()).toMatchObject({ Calls: 2, Repeats: 1, Delivered: 1 });
});

test('a first delivery is not a repeat, nor is that of the next version', async () => {
  for (const version of [1, 2]) {
    await stage.store('a', version);
    await stage.turn();
  }
  expect(counts()).toEqual({ Calls: 2, Repeats: 0, Delivered: 2, DeliveryFailures: 0 });
});

test('triggers of one key that come together make one delivery', async () => {
  for (const version of [1, 2]) await stage.store('a', version);
  expect((await stage.turn())?.failed).toEqual([]);
  expect(counts()).toEqual({ Calls: 1, Repeats: 0, Delivered: 1, DeliveryFailures: 0 });
  expect(stage.downstream.resources.get('Patient/a')).toEqual({ version: 1, body: textOf('a', 2) });
});

test('one trigger is sent for a key, however often it is asked for', async () => {
  const { delivery } = stage.world.queues;
  const [one, other] = ['default#Patient#a', 'default#Patient#b'];
  expect(await sendTriggers(queueAt(delivery), [one, other, one])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(await depthOf(delivery)).toBe(2);
});
