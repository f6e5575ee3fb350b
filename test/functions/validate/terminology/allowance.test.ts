/** How much one valid resource, and one source, may cost the terminology server and its table. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  startTerminology,
  type TerminologyServer,
} from '../../../../demo/downstream/terminology.ts';
import { skipTime } from '../../../support/clock.ts';
import { deliver, send } from '../../../support/delivery.ts';
import type { Functions } from '../../../support/functions.ts';
import { patient } from '../../../support/resources.ts';
import { itemsOf } from '../../../support/stores.ts';
import { buildTerminologyWorld, loadValidate } from '../../../support/terminology.ts';
import { outcomesTold } from '../../../support/told.ts';
import { useEmulators } from '../../../support/use-emulators.ts';
import type { World } from '../../../support/world.ts';

const PER_RESOURCE = 5;
const PER_MINUTE = 12;

useEmulators();
let server: TerminologyServer;
let world: World;
let functions: Functions;

beforeAll(async () => {
  server = await startTerminology();
  world = await buildTerminologyWorld(server.endpoint, {
    codesPerResource: PER_RESOURCE,
    codesPerMinute: PER_MINUTE,
  });
  functions = await loadValidate();
  // A source's minute follows the clock: the first test begins with a new one.
  skipTime(60_000 - (Date.now() % 60_000));
});
afterAll(async () => {
  await functions.close();
  await server.stop();
});

/** Codes that nobody has asked about, each a different one. */
const album = (id: string, photos: number) =>
  patient({
    id,
    photo: Array.from({ length: photos }, (_, n) => ({ contentType: `image/${id}-${n}` })),
  });

async function submit(body: string) {
  await send(world.queues.lane, body);
  const delivery = await deliver(functions.validate, world.queues.lane);
  expect(delivery?.failed).toEqual([]);
  const [told] = await outcomesTold(world);
  return {
    verdict: told?.verdict,
    errors: told?.issues.filter((each) => each.severity === 'error'),
  };
}

/** Submits and returns how many questions that made. */
async function questionsOf(id: string): Promise<number> {
  const before = server.asked.length;
  const told = await submit(album(id, 60));
  const asked = server.asked.length - before;
  // Codes that were asked about are not in the set; those that were not asked reject nothing.
  expect(told?.verdict).toBe(asked > 0 ? 'rejected' : 'stored');
  return asked;
}

test('the codes that a resource and its source may ask about are limited; the others are not verified', async () => {
  const asked = [await questionsOf('a'), await questionsOf('b'), await questionsOf('c')];
  expect(asked).toEqual([PER_RESOURCE, PER_RESOURCE, PER_MINUTE - 2 * PER_RESOURCE]);
  expect(await questionsOf('d')).toBe(0);
  expect(await itemsOf(world.tables.terminology)).toHaveLength(PER_MINUTE);
});

test('the outcome says which codes were not asked about, and the next minute asks again', async () => {
  skipTime(60_000);
  expect(await questionsOf('e')).toBe(PER_RESOURCE);
  const entries = await itemsOf(world.tables.quarantine);
  expect(entries).toHaveLength(4);
  for (const { outcome } of entries) {
    expect(String(outcome)).toContain('not asked, for there were too many to ask');
  }
});
