/**
 * Conditional writes whose first answer was lost: the SDK's retry fails by the condition, because of what
 * the first try wrote.
 */
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, expect, test } from 'vitest';
import { crashesBetween, recordCrash } from '../../aws/crash-items.ts';
import { eraseEntry, readErasable } from '../../aws/erased-entries.ts';
import { changeIncident, saveIncident } from '../../aws/incidents-table.ts';
import { endAttempt, startAttempt, surviveAttempt } from '../../aws/quarantine-attempts.ts';
import { recordDeath } from '../../aws/quarantine-deaths.ts';
import { markStored, quarantine, readTrouble } from '../../aws/quarantine-table.ts';
import { saveSupervised } from '../../aws/supervision-table.ts';
import { untouched } from '../../core/supervision/supervised-state.ts';
import { opened } from '../core/incident/incident-support.ts';
import { testClients } from '../support/clients.ts';
import { makeClients } from '../support/cold.ts';
import { loseFirstAnswers } from '../support/faults.ts';
import type { Clients } from '../support/functions.ts';
import { tableAt } from '../support/handles.ts';
import { table } from '../support/provision.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld, type World } from '../support/world.ts';

useEmulators();
let world: World;
let clients: Clients;
beforeAll(async () => {
  world = await buildWorld();
  clients = makeClients();
  loseFirstAnswers({ clients: [clients] }, (command) => !command.startsWith('GetItem'));
});

const enter = (item: Record<string, unknown>) =>
  testClients().dynamo.send(
    new PutCommand({ TableName: world.tables.quarantine, Item: { attempts: [], ...item } }),
  );
const at = (name: string) => tableAt(name, clients);
const origin = (messageId: string) => ({ messageId, sentAt: 1, source: 'lab' });

test('R09: an ending in Quarantine is recognised, and so is a copy that ends later', async () => {
  const entry = {
    origin: origin('m-1'),
    lane: 'background',
    kind: 'rejection',
    reason: 'invalid',
    fingerprint: 'f',
    placed: { body: '{}' },
  } as const;
  expect(await quarantine(at(world.tables.quarantine), entry, 1_000)).toBe(true);
  expect(await quarantine(at(world.tables.quarantine), entry, 1_001)).toBe(false);
});

test('R09: the mark that a message is stored is recognised', async () => {
  await enter({ pk: 'm-2', status: 'in-isolation' });
  expect(await markStored(at(world.tables.quarantine), origin('m-2'), 1)).toBe(true);
});

test('R09: an attempt that its first try recorded is recognised', async () => {
  const attempt = { requestId: 'r-2', startedAt: 1 };
  const its = origin('m-4');
  const start = { origin: its, lane: 'background', seen: undefined, counted: [], attempt } as const;
  expect(await startAttempt(at(world.tables.quarantine), start)).toBe(true);
});

test('R04: a try to record an attempt that arrives after the end changes nothing', async () => {
  const table = tableAt(world.tables.quarantine);
  const attempt = { requestId: 'r-3', startedAt: 1 };
  const its = origin('m-5');
  const start = { origin: its, lane: 'background', seen: undefined, counted: [], attempt } as const;
  expect(await startAttempt(table, start)).toBe(true);
  expect(await markStored(table, its, 1)).toBe(true);
  await startAttempt(table, start);
  const { Item } = await testClients().dynamo.send(
    new GetCommand({ TableName: table.name, Key: { pk: 'm-5' } }),
  );
  expect(Item).toMatchObject({ status: 'stored' });
});

test('R09: the cause of a death is recognised', async () => {
  const attempts = [{ requestId: 'r-1', startedAt: 1 }];
  await enter({ pk: 'm-3', status: 'in-isolation', attempts, lastRequestId: 'r-1' });
  const cause = { crash: 'exit', reason: 'died' } as const;
  expect(await recordDeath(at(world.tables.quarantine), 'r-1', cause)).toBe(true);
  expect(await recordDeath(at(world.tables.quarantine), 'r-1', cause)).toBe(false);
});

test('R02 R09: an attempt that was survived is no crash, though its environment’s death was recorded before', async () => {
  const table = tableAt(world.tables.quarantine);
  const attempts = [{ requestId: 'r-6', startedAt: 1, ownProcess: true }];
  await enter({ pk: 'm-6', status: 'in-isolation', attempts, lastRequestId: 'r-6' });
  const cause = { crash: 'exit', reason: 'Runtime.ExitError' } as const;
  expect(await recordDeath(table, 'r-6', cause)).toBe(true);
  expect(await surviveAttempt(table, 'm-6', 0, { requestId: 'r-6', ended: 5 })).toBe(true);
  expect(await recordDeath(table, 'r-6', cause)).toBe(false);
  const { Item } = await testClients().dynamo.send(
    new GetCommand({ TableName: table.name, Key: { pk: 'm-6' } }),
  );
  const [attempt] = attempts;
  expect(Item?.['attempts']).toEqual([{ ...attempt, ended: 5 }]);
});

const first = { requestId: 'r-7', startedAt: 1 };
const cause = { crash: 'out-of-memory', reason: 'it ran out' } as const;

test.each<[string, (table: ReturnType<typeof tableAt>, id: string) => Promise<boolean>]>([
  ['its late end', (table, id) => endAttempt(table, id, 0, { ...first, ...cause, ended: 5 })],
  ['what an observer saw of its death', (table) => recordDeath(table, first.requestId, cause)],
])(
  'R02 R07: the next attempt does not overwrite what the one before came to: %s',
  async (what, record) => {
    const table = tableAt(world.tables.quarantine);
    const id = `m-${what}`;
    const seen = { status: 'in-isolation', attempts: [first] } as const;
    await enter({ pk: id, ...seen, lastRequestId: first.requestId });
    expect(await record(table, id)).toBe(true);
    const attempt = { requestId: 'r-8', startedAt: 70_000 };
    const start = {
      origin: origin(id),
      lane: 'background',
      seen,
      counted: [first],
      attempt,
    } as const;
    expect(await startAttempt(table, start)).toBe(false);
    const known = await readTrouble(table, id);
    expect(known?.attempts).toMatchObject([{ ...first, ...cause }]);
    const counted = known?.attempts ?? [];
    expect(await startAttempt(table, { ...start, seen: known, counted })).toBe(true);
  },
);

test('R09: the state of a supervised node is recognised, and not taken for that of a faster writer', async () => {
  const name = await table('supervision-of-echoes');
  const state = { ...untouched('critical'), version: 1, ramp: undefined };
  expect(await saveSupervised(at(name), state)).toBe(true);
  expect(await saveSupervised(at(name), { ...state, wakeAt: 5 })).toBe(false);
  expect(await saveSupervised(at(name), { ...state, version: 2, wakeAt: 5 })).toBe(true);
});

test('R09 R20: an incident that was opened or changed without an answer is recognised', async () => {
  const first = opened();
  expect(await saveIncident(at(world.tables.incidents), first)).toBe(true);
  expect(await saveIncident(at(world.tables.incidents), { ...first, crashes: 11 })).toBe(false);
  let changes = 0;
  const held = await changeIncident(at(world.tables.incidents), first, (current) => {
    changes += 1;
    return { ...current, held: { by: 'me', until: 5 } };
  });
  expect(held).toMatchObject({ held: { by: 'me' }, version: 2 });
  expect(changes).toBe(1);
});

test('R09 R20: a crash is new once', async () => {
  const crash = { id: 'c-1', component: 'validate', kind: 'exit', at: 1_000 } as const;
  expect(await recordCrash(at(world.tables.incidents), crash, 'm-1', 2_000)).toBe(true);
  expect(await recordCrash(at(world.tables.incidents), crash, 'm-1', 2_000)).toBe(false);
});

test('R20: a crash is recorded anew after a resolution, by the message that reported it first', async () => {
  const table = at(world.tables.incidents);
  const crash = { id: 'c-2', component: 'validate', kind: 'exit', at: 1_000 } as const;
  const record = (messageId: string, incidentsOver: number) =>
    recordCrash(table, { ...crash, incidentsOver }, messageId, 2_000);
  const over = async () => {
    const recorded = await crashesBetween(table, 'validate', 1_000, 1_000);
    return recorded.find(({ id }) => id === 'c-2')?.incidentsOver;
  };
  expect(await record('m-1', 0)).toBe(true);
  expect(await record('m-2', 1)).toBe(false);
  expect(await over()).toBe(0);
  expect(await record('m-1', 2)).toBe(true);
  expect(await record('m-1', 1)).toBe(false);
  expect(await over()).toBe(2);
});

test("R09: an erasure without an answer is recognised, and the entry's bodies are known", async () => {
  await enter({ pk: 'm-4', status: 'quarantined', source: 'lab', sentAt: 1, quarantinedAt: 2 });
  const entry = await readErasable(at(world.tables.quarantine), 'm-4');
  if (entry === undefined) throw new Error('no entry');
  const mark = { erasure: 1, at: 3, by: 'ana', why: 'asked' };
  expect(await eraseEntry(at(world.tables.quarantine), entry, mark)).toBe(true);
  expect(await eraseEntry(at(world.tables.quarantine), entry, { ...mark, at: 4 })).toBe(false);
});
