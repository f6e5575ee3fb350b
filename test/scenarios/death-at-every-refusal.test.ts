/** `validate` dies at every step of refusing a sender: the message ends once, published and audited. */
import { expect, test } from 'vitest';
import { receive } from '../support/delivery.ts';
import { dieAtEveryStep } from '../support/die-at-every-step.ts';
import { drain } from '../support/drain.ts';
import { loadFunctions } from '../support/functions.ts';
import { SOURCE_RULES } from '../support/refused-senders.ts';
import { patient } from '../support/resources.ts';
import { sendAs, useSources } from '../support/senders.ts';
import { itemsOf } from '../support/stores.ts';
import { expectAllTold } from '../support/told.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

useSources(SOURCE_RULES);
useEmulators();

test('R04: an interrupted refusal is made again, with the same result', async () => {
  const calls = await dieAtEveryStep({
    build: () => buildWorld({ deadlineMs: 2_000, heapOldMb: 32 }),
    queue: (world) => world.queues.lane,
    async prepare({ queues }) {
      await sendAs('AIDASTRANGER', queues.lane, patient(), { group: 'hospital-a' });
    },
    async load() {
      const { validate, clients, close } = await loadFunctions(['validate']);
      return { handler: validate, clients, close };
    },
    async finish(world) {
      const healthy = await loadFunctions();
      await drain(world, healthy);
      await healthy.close();
    },
    async check(world) {
      expect(await itemsOf(world.tables.resources)).toEqual([]);
      expect(await itemsOf(world.tables.quarantine)).toMatchObject([
        { status: 'quarantined', reason: 'security: unknown-sender', sender: 'AIDASTRANGER' },
      ]);
      await expectAllTold(world);
      const facts = (await receive(world.queues.audit)).map(({ body }) => JSON.parse(body));
      // Sent by two environments it is one fact to the audit writer, because its id is the same.
      expect([...new Set(facts.map(({ kind, id }) => `${kind} ${id}`))]).toEqual([
        expect.stringMatching(/^sender-refused /),
      ]);
    },
  });
  // Erasures read, marked as in its environment, sent to the audit log, written to Quarantine, published.
  expect(calls).toBe(5);
});
