import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { setDeliveryDue } from '../../../aws/deliveries.ts';
import { contextWith, receive } from '../../support/delivery.ts';
import { useDeliveryStage } from '../../support/delivery-stage.ts';
import { tableAt } from '../../support/handles.ts';
import { sampleEvent } from '../../support/sample-events.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';

const stage = useDeliveryStage();

interface Expected {
  readonly delivered?: readonly string[];
  readonly failed?: number;
  /** The resources that the events name, still pending. */
  readonly pending?: number;
}

const expectations: Readonly<Record<string, Expected>> = {
  'deliver/triggers': { delivered: ['Observation/f001', 'Patient/example'] },
  'deliver/received-again': { delivered: ['Patient/example'], pending: 1 },
  'deliver/nothing-pending': { pending: 2 },
  'deliver/not-a-trigger': { delivered: ['Patient/example'], failed: 1, pending: 1 },
  'deliver/probe': { delivered: ['Patient/example'], pending: 1 },
};

test.each(Object.entries(expectations))('%s', async (path, expected) => {
  await stage.store('example', 1);
  await stage.store('f001', 1, undefined, { source: 'registry', resourceType: 'Observation' });
  const event = await sampleEvent(path, stage.world);
  const { batchItemFailures } = await stage.lane.deliver(event, contextWith(60_000));
  const items = await itemsOf(stage.world.tables.resources);
  expect({
    delivered: [...stage.downstream.resources.keys()].sort(),
    failed: batchItemFailures.length,
    pending: items.filter((item) => item['deliveryShard'] !== undefined).length,
  }).toEqual({ delivered: [], failed: 0, pending: 0, ...expected });
});

test('resend/minute sends triggers again for what is due', async () => {
  const url = new URL('../../../events/resend/minute.json', import.meta.url);
  const event = JSON.parse(await readFile(url, 'utf8'));
  await stage.store('example', 1);
  await receive(stage.world.queues.delivery);
  await setDeliveryDue(
    tableAt(stage.world.tables.resources),
    'default#Patient#example',
    Date.now(),
  );
  await stage.lane.resend(event);
  expect(await depthOf(stage.world.queues.delivery)).toBe(2);
});

test('every sample event of these functions is tried', async () => {
  const files = await Promise.all(
    ['deliver', 'resend'].map(async (folder) => {
      const names = await readdir(new URL(`../../../events/${folder}`, import.meta.url));
      return names.map((file) => `${folder}/${file.replace('.json', '')}`);
    }),
  );
  expect(files.flat().sort()).toEqual([...Object.keys(expectations), 'resend/minute'].sort());
});
