import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OutcomeEvent, outcomeEventSchema } from '../../core/message/messages.ts';
import { testClients } from '../support/clients.ts';
import { skipTime } from '../support/clock.ts';
import { receive, remove, send } from '../support/delivery.ts';
import { drain } from '../support/drain.ts';
import { failCalls } from '../support/faults.ts';
import { type Functions, loadFunctions } from '../support/functions.ts';
import { faulty, invalidPatient, patient } from '../support/resources.ts';
import { itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();
let world: World;
let functions: Functions;

beforeEach(async () => {
  world = await buildWorld({ deadlineMs: 2_000, heapOldMb: 32 });
  functions = await loadFunctions();
});
afterEach(() => functions.close());

async function outcomes(): Promise<{ event: OutcomeEvent; attributes: Record<string, unknown> }[]> {
  const all = [];
  for (;;) {
    const records = await receive(world.queues.outcomes);
    if (records.length === 0) return all;
    await remove(world.queues.outcomes, records);
    for (const { body, messageAttributes } of records) {
      const attributes = Object.entries(messageAttributes).map(([name, { stringValue }]) => [
        name,
        stringValue,
      ]);
      const event = outcomeEventSchema.parse(JSON.parse(body));
      all.push({ event, attributes: Object.fromEntries(attributes) });
    }
  }
}

test('R07 R08: each ending is published once, without values, and can be filtered by verdict, lane and source', async () => {
  const from = { source: 'clinic', line: '7' };
  const stored = await send(world.queues.lane, patient(), from);
  const rejected = await send(world.queues.lane, invalidPatient(), from);
  const dead = await send(world.queues.lane, faulty('throw'), from);
  await drain(world, functions);
  const told = await outcomes();
  expect(new Map(told.map(({ event }) => [event.messageId, event.verdict]))).toEqual(
    new Map([
      [stored, 'stored'],
      [rejected, 'rejected'],
      [dead, 'dead-lettered'],
    ]),
  );
  expect(told).toHaveLength(3);
  const { event, attributes } = told.find((one) => one.event.verdict === 'rejected') ?? {};
  expect(attributes).toEqual({ verdict: 'rejected', lane: 'background', source: 'clinic' });
  expect(event).toMatchObject({
    line: 7,
    issues: [{ severity: 'error', code: expect.any(String), expression: 'Patient.gender' }],
  });
  expect(JSON.stringify(told)).not.toMatch(/unheard-of|Chalmers/);
  for (const { event: one } of told) {
    expect(one.endedAt).toBeGreaterThanOrEqual(one.sentAt ?? Number.NaN);
    const isFingerprint = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(one.fingerprint).toEqual(one.verdict === 'stored' ? undefined : isFingerprint);
  }
});

test('R04 R09: while the topic fails, messages wait; nothing is lost, and no attempt is spent', async () => {
  const repair = failCalls(functions, 'sns', (command, { TopicArn }) => {
    return command === 'PublishBatchCommand' && String(TopicArn).endsWith('-outcomes');
  });
  const ids = [
    await send(world.queues.lane, patient()),
    await send(world.queues.lane, invalidPatient()),
  ];
  const broken = drain(world, functions, 30_000);
  await expect(broken).rejects.toThrow('not drained');
  repair();
  await drain(world, functions);
  const told = (await outcomes()).map(({ event }) => event);
  expect(new Set(told.map(({ messageId, verdict }) => `${messageId} ${verdict}`))).toEqual(
    new Set([`${ids[0]} stored`, `${ids[1]} rejected`]),
  );
  expect(told.find(({ verdict }) => verdict === 'rejected')?.issuesTotal).toBe(1);
  expect(await itemsOf(world.tables.resources)).toHaveLength(1);
  const entries = await itemsOf(world.tables.quarantine);
  expect(entries.filter((item) => item['kind'] === 'dead-letter')).toEqual([]);
});

test('R63: an ending that is published later, or again, is the one that was written', async () => {
  const repair = failCalls(functions, 'sns', (command) => command === 'PublishBatchCommand');
  await send(world.queues.lane, patient());
  await expect(drain(world, functions, 30_000)).rejects.toThrow('not drained');
  const [stored] = await itemsOf(world.tables.resources);
  repair();
  skipTime(60_000);
  await drain(world, functions);
  expect((await outcomes()).map(({ event }) => [event.verdict, event.endedAt])).toEqual([
    ['stored', stored?.['storedAt']],
  ]);
});

test('R63: a message that was stored in isolation, and comes again, ended when it was stored', async () => {
  const repair = failCalls(functions, 'sns', (command) => command === 'PublishBatchCommand');
  const id = await send(world.queues.isolation, patient());
  const common = { lane: 'background', source: 'unknown', sentAt: 1, attempts: [] };
  const Item = { pk: id, status: 'in-isolation', ...common };
  const { dynamo } = testClients();
  await dynamo.send(new PutCommand({ TableName: world.tables.quarantine, Item }));
  await expect(drain(world, functions, 30_000)).rejects.toThrow('not drained');
  const [entry] = await itemsOf(world.tables.quarantine);
  expect(entry).toMatchObject({ status: 'stored', storedAt: expect.any(Number) });
  repair();
  skipTime(60_000);
  await drain(world, functions);
  expect((await outcomes()).map(({ event }) => [event.verdict, event.endedAt])).toEqual([
    ['stored', entry?.['storedAt']],
  ]);
});
