import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Attempt } from '../../../core/attempts.ts';
import { ENVELOPE_ATTRIBUTE, type Envelope } from '../../../core/messages.ts';
import { testClients } from '../../support/clients.ts';
import { skipTime } from '../../support/clock.ts';
import { contextWith, deliver, receive, send } from '../../support/delivery.ts';
import { type Emulators, startEmulators } from '../../support/emulators.ts';
import { failCalls } from '../../support/faults.ts';
import { type Functions, loadFunctions } from '../../support/functions.ts';
import { faulty, invalidPatient, patient } from '../../support/resources.ts';
import { depthOf, itemsOf } from '../../support/stores.ts';
import { buildWorld, type World } from '../../support/world.ts';

let emulators: Emulators;
let world: World;
let functions: Functions;

beforeAll(async () => {
  emulators = await startEmulators();
});
afterAll(() => emulators.stop());
beforeEach(async () => {
  world = await buildWorld({ deadlineMs: 2_000 });
  functions = await loadFunctions();
});
afterEach(() => functions.close());

const ORIGIN = { messageId: 'm-1', sentAt: 1_000, source: 'lab', file: 'a.ndjson', line: 5 };

function submit(body: string, news: Partial<Envelope> = {}): Promise<string> {
  const envelope: Envelope = { ...ORIGIN, lane: world.lane, ...news };
  return send(world.queues.isolation, body, { [ENVELOPE_ATTRIBUTE]: JSON.stringify(envelope) });
}

const deliverAlone = (timeoutMs = 20_000) =>
  deliver(functions.validate, world.queues.isolation, { context: contextWith(timeoutMs), max: 1 });

async function entry() {
  const [item, ...others] = await itemsOf(world.tables.quarantine);
  expect(others).toEqual([]);
  return item as (Record<string, unknown> & { attempts: Attempt[] }) | undefined;
}

function enter(status: string, attempts: readonly Attempt[]): Promise<unknown> {
  const Item = { pk: ORIGIN.messageId, status, attempts };
  return testClients().dynamo.send(new PutCommand({ TableName: world.tables.quarantine, Item }));
}

const ended = (requestId: string): Attempt => ({
  requestId,
  startedAt: 1,
  ended: 2,
  crash: 'timeout',
  reason: 'no verdict within 5000 ms',
});

describe('a suspect that is', () => {
  test('R03 R04: innocent is stored under its first time and id, and its entry says so', async () => {
    await submit(patient());
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await itemsOf(world.tables.resources)).toMatchObject([
      { pk: 'lab#Patient#example', messageId: 'm-1', sentAt: 1_000, file: 'a.ndjson', line: 5 },
    ]);
    expect(await entry()).toMatchObject({ pk: 'm-1', status: 'stored', lane: 'background' });
    expect(await depthOf(world.queues.incident)).toBe(0);
  });

  test('invalid is rejected, and keeps its attempts', async () => {
    await submit(invalidPatient());
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({
      status: 'quarantined',
      kind: 'rejection',
      source: 'lab',
      attempts: [{ requestId: expect.any(String) }],
    });
  });

  test('R02: a killer is tried twice, then dead-lettered with its reason', async () => {
    await submit(faulty('exit'));
    for (const attempts of [1, 2]) {
      expect((await deliverAlone())?.failed).toHaveLength(1);
      expect(await entry()).toMatchObject({ status: 'in-isolation' });
      expect((await entry())?.attempts).toHaveLength(attempts);
      expect((await entry())?.attempts.at(-1)).toMatchObject({
        crash: 'exit',
        reason: 'its worker exited with code 1',
        ended: expect.any(Number),
      });
      expect(await deliverAlone()).toBeUndefined();
      skipTime(1_100);
    }
    expect((await deliverAlone())?.failed).toEqual([]);
    const [letter] = await receive(world.queues.deadLetter);
    expect(letter?.body).toBe(faulty('exit'));
    const encoded = letter?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '';
    expect(JSON.parse(encoded)).toMatchObject({
      ...ORIGIN,
      deadLetter: { kind: 'exit', reason: 'its worker exited with code 1', attempts: 2 },
    });
    expect(await depthOf(world.queues.incident)).toBe(2);
  });

  test('R07: malformed in its envelope is rejected, never a crash', async () => {
    const id = await send(world.queues.isolation, patient(), {
      [ENVELOPE_ATTRIBUTE]: '{"lane":1}',
    });
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ pk: id, kind: 'rejection', reason: 'invalid' });
  });
});

describe('where the environment died', () => {
  const died = (requestId: string): Attempt => ({ requestId, startedAt: Date.now() - 60_000 });

  test('R02: twice, the message gets a third attempt; each death is a crash event', async () => {
    await enter('in-isolation', [died('r-1'), died('r-2')]);
    await submit(patient());
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
    const events = await receive(world.queues.incident);
    expect(events.map((event) => JSON.parse(event.body).id).sort()).toEqual(['r-1', 'r-2']);
  });

  test('R02 R07: three times, it is dead-lettered, and the letter says so', async () => {
    await enter('in-isolation', [died('r-1'), died('r-2'), died('r-3')]);
    await submit(patient());
    expect((await deliverAlone())?.failed).toEqual([]);
    const [letter] = await receive(world.queues.deadLetter);
    expect(letter?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue).toContain(
      'the execution environment died while it ran',
    );
    expect(await itemsOf(world.tables.resources)).toEqual([]);
  });
});

describe('a copy', () => {
  test('R04: waits while another delivery may still run it', async () => {
    await enter('in-isolation', [{ requestId: 'r-1', startedAt: Date.now() - 1_000 }]);
    await submit(patient());
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect((await entry())?.attempts).toHaveLength(1);
    expect(await itemsOf(world.tables.resources)).toEqual([]);
    skipTime(11_500);
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
  });

  test.each(['stored', 'quarantined', 'discarded'])(
    'R04: of a message that is %s has no effect',
    async (status) => {
      await enter(status, []);
      await submit(faulty('throw'));
      expect((await deliverAlone())?.failed).toEqual([]);
      expect(await entry()).toEqual({ pk: 'm-1', status, attempts: [] });
      expect(await depthOf(world.queues.incident)).toBe(0);
    },
  );

  test('R02: alone means alone: of a larger batch only the first runs', async () => {
    await submit(patient({ id: 'first' }));
    await submit(patient({ id: 'second' }), { messageId: 'm-2' });
    const delivery = await deliver(functions.validate, world.queues.isolation);
    expect(delivery?.failed).toHaveLength(1);
    expect(await itemsOf(world.tables.resources)).toHaveLength(1);
  });
});

describe('a fault of our own spends no attempt', () => {
  const onResources = (_: string, input: Record<string, unknown>) =>
    input['TableName'] === world.tables.resources;

  test('R09: the attempt is taken back, the message waits', async () => {
    await submit(patient());
    const repair = failCalls(functions, 'dynamo', onResources);
    for (let n = 0; n < 5; n += 1) {
      expect((await deliverAlone())?.failed).toHaveLength(1);
      expect((await entry())?.attempts).toEqual([]);
      skipTime(60_000);
    }
    repair();
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
    expect(await depthOf(world.queues.incident)).toBe(0);
  });

  test('R09: where it cannot be taken back in the table, the envelope says so', async () => {
    await submit(patient());
    const repairs = [
      failCalls(functions, 'dynamo', onResources),
      failCalls(functions, 'dynamo', (_, input) =>
        String(input['UpdateExpression']).startsWith('REMOVE'),
      ),
    ];
    for (let n = 0; n < 4; n += 1) {
      // The old copy is done, a new one with what is known has taken its place.
      expect((await deliverAlone())?.failed).toEqual([]);
      expect(await depthOf(world.queues.isolation)).toBe(1);
      expect((await entry())?.attempts).toHaveLength(1);
      skipTime(60_000);
    }
    for (const repair of repairs) repair();
    expect((await deliverAlone())?.failed).toEqual([]);
    expect(await entry()).toMatchObject({ status: 'stored' });
    expect(await itemsOf(world.tables.resources)).toMatchObject([{ messageId: 'm-1' }]);
  });

  test('R09: where nothing can be said, the message at least stays', async () => {
    await submit(patient());
    failCalls(functions, 'dynamo', onResources);
    failCalls(functions, 'dynamo', (_, input) =>
      String(input['UpdateExpression']).startsWith('REMOVE'),
    );
    failCalls(functions, 'sqs', () => true);
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect(await depthOf(world.queues.isolation)).toBe(1);
  });

  test.each(['GetItemCommand', 'UpdateItemCommand'])(
    'R09: Quarantine failing on %s: the message waits where it is',
    async (failing) => {
      await submit(faulty('throw'));
      failCalls(functions, 'dynamo', (command) => command === failing);
      expect((await deliverAlone())?.failed).toHaveLength(1);
      expect(await itemsOf(world.tables.quarantine)).toEqual([]);
      expect(await depthOf(world.queues.isolation)).toBe(1);
      expect(await depthOf(world.queues.incident)).toBe(0);
    },
  );

  test('R09: the dead-letter queue failing leaves the message where it is', async () => {
    await enter('in-isolation', [ended('r-1'), ended('r-2')]);
    await submit(faulty('throw'));
    failCalls(functions, 'sqs', (_, input) => input['QueueUrl'] === world.queues.deadLetter.url);
    expect((await deliverAlone())?.failed).toHaveLength(1);
    expect(await depthOf(world.queues.isolation)).toBe(1);
  });

  test('R09: no time left: the attempt is taken back', async () => {
    await submit(faulty('hang'));
    expect((await deliverAlone(3_500))?.failed).toHaveLength(1);
    expect((await entry())?.attempts).toEqual([]);
    expect(await depthOf(world.queues.incident)).toBe(0);
  });

  test('R09: a table that hangs: the envelope says that the attempt does not count', async () => {
    await submit(patient());
    failCalls(functions, 'dynamo', onResources, 'hang');
    expect((await deliverAlone(5_000))?.failed).toEqual([]);
    skipTime(60_000);
    const [copy] = await receive(world.queues.isolation);
    const envelope = JSON.parse(copy?.messageAttributes[ENVELOPE_ATTRIBUTE]?.stringValue ?? '{}');
    expect(envelope).toMatchObject({
      ...ORIGIN,
      voided: [(await entry())?.attempts[0]?.requestId],
    });
  });
});

test('R02: a crash that cannot be published leaves its attempt without end, to be published later', async () => {
  await submit(faulty('throw'));
  const repair = failCalls(functions, 'sns', () => true);
  expect((await deliverAlone())?.failed).toHaveLength(1);
  const [attempt] = (await entry())?.attempts ?? [];
  expect(attempt?.ended).toBeUndefined();
  repair();
  skipTime(60_000);
  await deliverAlone();
  const events = await receive(world.queues.incident);
  expect(events.map((event) => JSON.parse(event.body).id)).toContain(attempt?.requestId);
});
