import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../../core/message/messages.ts';
import {
  startTerminology,
  type TerminologyServer,
} from '../../../../demo/downstream/terminology.ts';
import { send } from '../../../support/delivery.ts';
import { type Doomed, dieAtEveryStep } from '../../../support/die-at-every-step.ts';
import { drain } from '../../../support/drain.ts';
import { loadFunctions } from '../../../support/functions.ts';
import { itemsOf } from '../../../support/stores.ts';
import { buildTerminologyWorld, loadValidate, photographed } from '../../../support/terminology.ts';
import { expectAllTold } from '../../../support/told.ts';
import { useEmulators } from '../../../support/use-emulators.ts';
import type { World } from '../../../support/world.ts';

useEmulators();
let server: TerminologyServer;
beforeAll(async () => {
  server = await startTerminology();
});
afterAll(async () => {
  await server.stop();
});

async function doomed(): Promise<Doomed> {
  const functions = await loadValidate();
  const { clients } = functions;
  return { handler: functions.validate, clients, close: () => functions.close() };
}

async function finish(world: World): Promise<void> {
  const healthy = await loadFunctions(['validate', 'quarantine', 'incident']);
  await drain(world, healthy);
  await healthy.close();
}

test('R02 R04 R09: validate, alone, when a death while asking is no crash of the resource', async () => {
  const suspect: Omit<Envelope, 'lane'> = { messageId: 'm-1', sentAt: 1, source: 'default' };
  const steps = await dieAtEveryStep({
    build: () => buildTerminologyWorld(server.endpoint),
    queue: ({ queues }) => queues.isolation,
    load: doomed,
    async prepare({ queues, lane }) {
      const envelope: Envelope = { ...suspect, lane };
      const attributes = { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) };
      await send(queues.isolation, photographed('yes'), attributes);
    },
    finish,
    async check(world) {
      expect(await itemsOf(world.tables.resources)).toMatchObject([{ resourceId: 'yes' }]);
      expect(await itemsOf(world.tables.quarantine)).toMatchObject([
        { pk: 'm-1', status: 'stored' },
      ]);
      await expectAllTold(world);
    },
  });
  expect(steps).toBeGreaterThanOrEqual(6);
});
