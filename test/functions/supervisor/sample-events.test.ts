import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { contextWith } from '../../support/delivery.ts';
import { sampleEvent } from '../../support/sample-events.ts';
import { buildSupervisedWorld, loadSupervisor, mappingsOf } from '../../support/supervision.ts';
import { useLambdaService } from '../../support/use-lambda-service.ts';

const ALL = { critical: 8, background: 8, delivery: 8 };
const service = useLambdaService();

const expectations: Readonly<Record<string, Record<string, unknown>>> = {
  'one-death': ALL,
  'four-deaths': { ...ALL, critical: 'off' },
  'killed-by-a-resource': ALL,
  minute: ALL,
  'breaker-opened': ALL,
  'pause-lane': { ...ALL, background: 'off' },
};

test.each(Object.entries(expectations))('supervisor/%s', async (name, expected) => {
  const stage = await buildSupervisedWorld(service);
  const { handler } = await loadSupervisor();
  const event = await sampleEvent(`supervisor/${name}`, stage.world);
  expect(await handler(event, contextWith(120_000))).toEqual({ batchItemFailures: [] });
  expect(await mappingsOf(stage, service)).toEqual(expected);
});

test('every sample event of supervisor is tried', async () => {
  const files = await readdir(new URL('../../../events/supervisor', import.meta.url));
  expect(files.map((file) => file.replace('.json', '')).sort()).toEqual(
    Object.keys(expectations).sort(),
  );
});
