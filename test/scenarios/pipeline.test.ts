import { afterAll, beforeAll, expect, test } from 'vitest';
import { receive, send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { type Fault, faulty, invalidPatient, patient } from '../support/resources.ts';
import { itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();
let world: World;
let functions: Functions;

beforeAll(async () => {
  world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32 });
  functions = await loadFunctions();
});
afterAll(async () => {
  await functions.close();
});

const FAULTS: readonly Fault[] = ['throw', 'hang', 'heap', 'exit'];

test('R01 R02 R04 R20: each message of a mixed batch ends once, and only killers are dead-lettered', async () => {
  const healthy = Array.from({ length: 12 }, (_, n) => patient({ id: `healthy-${n}` }));
  const bodies = [...healthy, ...FAULTS.map((fault) => faulty(fault)), invalidPatient()];
  for (const body of bodies) await send(world.queues.lane, body);
  await drain(world, functions);

  const stored = await itemsOf(world.tables.resources);
  expect(stored.map((item) => item['resourceId']).sort()).toEqual(
    healthy.map((_, n) => `healthy-${n}`).sort(),
  );
  const quarantined = await itemsOf(world.tables.quarantine);
  expect(quarantined.filter((item) => item['kind'] === 'rejection')).toHaveLength(1);
  const dead = quarantined.filter((item) => item['kind'] === 'dead-letter');
  expect(dead.map((item) => item['crash']).sort()).toEqual([
    'exception',
    'exit',
    'out-of-memory',
    'timeout',
  ]);
  expect(dead.map((item) => (item['attempts'] as unknown[]).length)).toEqual([2, 2, 2, 2]);

  const incidents = (await itemsOf(world.tables.incidents)).filter((item) => item['openedAt']);
  expect(incidents).toHaveLength(1);
  const pages = await receive(world.queues.oncall);
  expect(pages).toHaveLength(1);
  expect(await receive(world.queues.management)).toHaveLength(1);
});
