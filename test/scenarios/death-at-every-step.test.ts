/**
 * Each handler dies after its k-th call to AWS, for every k, and SQS delivers again. Each time every
 * message must end once, no innocent one is dead-lettered, no older submission wins, and every ending is
 * published.
 */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../core/message/messages.ts';
import { testClients } from '../support/clients.ts';
import { skipTime } from '../support/clock.ts';
import { send } from '../support/delivery.ts';
import { dieAtEveryStep as dieAtEachStep } from '../support/die-at-every-step.ts';
import { drain } from '../support/drain.ts';
import { type FunctionName, loadFunctions } from '../support/functions.ts';
import type { Queue } from '../support/provision.ts';
import { faulty, invalidPatient, patient } from '../support/resources.ts';
import { itemsOf } from '../support/stores.ts';
import { expectAllTold } from '../support/told.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();

interface Scenario {
  readonly queue: (world: World) => Queue;
  readonly name: FunctionName;
  /** What must stay alive for the rest of the story. */
  readonly survivors: readonly FunctionName[];
  prepare(world: World): Promise<void>;
  check(world: World): Promise<void>;
}

function dieAtEveryStep({ queue, name, survivors, prepare, check }: Scenario): Promise<number> {
  return dieAtEachStep({
    build: () => buildWorld({ deadlineMs: 2_000, heapOldMb: 32 }),
    queue,
    prepare,
    async load() {
      const { [name]: handler, clients, close } = await loadFunctions([name]);
      return { handler, clients, close };
    },
    async finish(world) {
      const healthy = await loadFunctions(survivors);
      await drain(world, healthy);
      await healthy.close();
    },
    async check(world) {
      await check(world);
      await expectAllTold(world);
    },
  });
}

async function endsOf(world: World) {
  const resources = await itemsOf(world.tables.resources);
  const quarantined = await itemsOf(world.tables.quarantine);
  const byKind = (kind: string) => quarantined.filter((item) => item['kind'] === kind);
  return {
    stored: resources.map((item) => `${item['resourceId']}: ${item['body']}`).sort(),
    rejections: byKind('rejection'),
    deadLetters: byKind('dead-letter'),
    open: quarantined.filter((item) => item['status'] === 'in-isolation'),
  };
}

function suspect(world: World, id: string): { attributes: Record<string, string>; id: string } {
  const envelope: Envelope = { messageId: id, sentAt: 1, source: 'default', lane: world.lane };
  return { id, attributes: { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) } };
}

/** A message in the isolation queue. */
const ALONE = {
  queue: (world: World) => world.queues.isolation,
  name: 'validate',
  survivors: ['validate', 'quarantine', 'incident'],
} as const;

test('R02 R04 R05: validate, on a batch of its lane', async () => {
  const older = patient({ id: 'twice', active: false });
  const newer = patient({ id: 'twice', active: true });
  const steps = await dieAtEveryStep({
    queue: (world) => world.queues.lane,
    name: 'validate',
    survivors: ['validate', 'quarantine', 'incident'],
    async prepare({ queues }) {
      for (const body of [older, newer, invalidPatient(), faulty('throw')]) {
        await send(queues.lane, body);
        // Times of submission must differ, as they do between two versions of a resource.
        skipTime(2);
      }
    },
    async check(world) {
      const ends = await endsOf(world);
      expect(ends.stored).toEqual([`twice: ${newer}`]);
      expect(ends.rejections).toHaveLength(1);
      expect(ends.deadLetters).toHaveLength(1);
      expect(ends.deadLetters[0]?.['attempts']).toHaveLength(2);
      expect(ends.open).toEqual([]);
    },
  });
  expect(steps).toBeGreaterThanOrEqual(5);
});

test('R02 R04 R09: validate, on an innocent suspect alone', async () => {
  const steps = await dieAtEveryStep({
    ...ALONE,
    async prepare(world) {
      await send(world.queues.isolation, patient(), suspect(world, 'm-1').attributes);
    },
    async check(world) {
      const ends = await endsOf(world);
      expect(ends.stored).toEqual([`example: ${patient()}`]);
      expect(await itemsOf(world.tables.quarantine)).toMatchObject([
        { pk: 'm-1', status: 'stored' },
      ]);
    },
  });
  // One reads whether the patient was erased; the last removes the mark of the suspect.
  expect(steps).toBe(8);
});

test('R02 R04: validate, on a killer alone', async () => {
  const steps = await dieAtEveryStep({
    ...ALONE,
    async prepare(world) {
      await send(world.queues.isolation, faulty('throw'), suspect(world, 'm-1').attributes);
    },
    async check(world) {
      const ends = await endsOf(world);
      expect(ends.stored).toEqual([]);
      expect(ends.deadLetters).toMatchObject([{ pk: 'm-1', crash: 'exception' }]);
      // Each attempt is one crash event, whichever invocation lived to publish it.
      const attempts = ends.deadLetters[0]?.['attempts'] as { requestId: string }[];
      const crashes = await itemsOf(world.tables.incidents);
      expect(new Set(crashes.map((crash) => crash['id']))).toEqual(
        new Set(attempts.map((attempt) => attempt.requestId)),
      );
    },
  });
  expect(steps).toBe(6);
});

test('R02 R04 R07: validate, on the last attempt of a killer', async () => {
  const steps = await dieAtEveryStep({
    ...ALONE,
    async prepare(world) {
      await send(world.queues.isolation, faulty('throw'), suspect(world, 'm-1').attributes);
      await enterCrashes(world, ['r-1']);
    },
    async check(world) {
      const { stored, deadLetters } = await endsOf(world);
      expect(stored).toEqual([]);
      expect(deadLetters).toMatchObject([{ pk: 'm-1', crash: 'exception' }]);
      const attempts = deadLetters[0]?.['attempts'] as { requestId: string }[];
      expect(attempts.length).toBeGreaterThanOrEqual(2);
      expect(attempts[0]).toMatchObject({ requestId: 'r-1' });
    },
  });
  // After the first attempt the visibility is changed; here it is read whether an earlier delivery stored it,
  // the dead letter is sent, and the mark removed.
  expect(steps).toBe(8);
});

test('R02 R04 R07: validate, dead-lettering', async () => {
  const steps = await dieAtEveryStep({
    ...ALONE,
    async prepare(world) {
      await send(world.queues.isolation, faulty('exit'), suspect(world, 'm-1').attributes);
      await enterCrashes(world, ['r-1', 'r-2']);
    },
    async check(world) {
      const { deadLetters } = await endsOf(world);
      expect(deadLetters).toMatchObject([{ pk: 'm-1', reason: 'its worker exited' }]);
      expect(deadLetters[0]?.['attempts']).toHaveLength(2);
    },
  });
  // Also before this dead letter: whether its patient was erased, and whether an earlier delivery stored it.
  expect(steps).toBe(5);
});

/** Attempts of the message `m-1`, each with a crash that was seen. */
async function enterCrashes(world: World, requestIds: readonly string[]): Promise<void> {
  const ended = { startedAt: 1, ended: 2, crash: 'exit', reason: 'its worker exited' };
  await testClients().dynamo.send(
    new UpdateCommand({
      TableName: world.tables.quarantine,
      Key: { pk: 'm-1' },
      UpdateExpression: 'SET #status = :status, attempts = :attempts',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':status': 'in-isolation',
        ':attempts': requestIds.map((requestId) => ({ ...ended, requestId })),
      },
    }),
  );
}

test('R04 R07: quarantine', async () => {
  const steps = await dieAtEveryStep({
    queue: (world) => world.queues.deadLetter,
    name: 'quarantine',
    survivors: ['quarantine'],
    async prepare(world) {
      // Without an envelope, as by SQS's own redrive; and one whose body is too large for an item.
      await send(world.queues.deadLetter, patient());
      await send(world.queues.deadLetter, patient({ language: 'x'.repeat(400_000) }));
    },
    async check(world) {
      const { deadLetters } = await endsOf(world);
      expect(deadLetters).toHaveLength(2);
      expect(deadLetters.filter((item) => item['bodyS3'] !== undefined)).toHaveLength(1);
    },
  });
  // One more if SQS delivers the two one by one.
  expect(steps).toBeGreaterThanOrEqual(4);
});
