import { afterEach, beforeEach, expect, test } from 'vitest';
import { ENV } from '../../telemetry/env-names.ts';
import { send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { byTest, loadOperator, stageOf } from '../support/operator.ts';
import { faulty, invalidPatient, patient } from '../support/resources.ts';
import { itemsOf, objectAt } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

const DAYS = 30;
const KEPT_SECONDS = DAYS * 24 * 3_600;

useEmulators();
let world: World;
let functions: Functions;

beforeEach(async () => {
  world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32, resourcesExpire: true });
  process.env[ENV.quarantineDays] = String(DAYS);
  functions = await loadFunctions();
});
afterEach(async () => {
  delete process.env[ENV.quarantineDays];
  await functions.close();
});

test('a rejection, a dead letter and an attempt expire; a redrive renews its entry’s expiry', async () => {
  const rejected = await send(world.queues.lane, invalidPatient());
  await send(world.queues.lane, faulty('throw'));
  await drain(world, functions);
  const entries = await itemsOf(world.tables.quarantine);
  expect(entries.map(({ kind }) => kind).sort()).toEqual(['dead-letter', 'rejection']);
  for (const { quarantinedAt, expiresAt } of entries) {
    expect(expiresAt).toBe(Math.ceil(Number(quarantinedAt) / 1_000) + KEPT_SECONDS);
  }

  const operator = await loadOperator();
  delete process.env[ENV.quarantineDays];
  await operator.redrive(stageOf(world), { kind: 'ids', ids: [rejected] }, byTest());
  const entry = await operator.readEntry(world.tables.quarantine, rejected);
  const redrivenAt = Number(entry?.redrive?.at) / 1_000;
  expect(entry?.status).toBe('redriven');
  expect(Math.abs(Number(entry?.expiresAt) - redrivenAt - KEPT_SECONDS)).toBeLessThan(3);
});

test('R05: content that expires is in the bucket; its row keeps its order, and older submissions are refused', async () => {
  await send(world.queues.lane, patient({ id: 'p1' }));
  await drain(world, functions);
  const [row] = await itemsOf(world.tables.resources);
  expect(row).not.toHaveProperty('body');
  expect(row).toMatchObject({
    pk: 'default#Patient#p1',
    submissionOrder: expect.any(String),
  });
  const location = row?.['bodyS3'] as { bucket: string; key: string };
  expect(location.key).toMatch(/^resources\//);
  expect(await objectAt(location)).toBe(patient({ id: 'p1' }));
});
