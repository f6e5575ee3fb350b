import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  crashesBetween,
  newestCrashes,
  recordCrash,
  recordEscalation,
  settleEscalation,
} from '../../aws/crash-items.ts';
import type { Table } from '../../aws/handles.ts';
import type { RecordedCrash } from '../../core/incident/spent-crashes.ts';
import { makeClients } from '../support/cold.ts';
import { failCalls } from '../support/faults.ts';
import { tableAt } from '../support/handles.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

useEmulators();
let table: Table;
let mend = () => {};

beforeEach(async () => {
  const world = await buildWorld();
  table = tableAt(world.tables.incidents);
});
afterEach(() => mend());

const crash = (at: number, incidentsOver = 0): RecordedCrash => ({
  id: `r-${at}`,
  component: 'validate',
  lane: 'background',
  kind: 'exit',
  at,
  fingerprint: '0123456789abcdef',
  incidentsOver,
});
const record = (each: RecordedCrash, messageId = 'm-1', on = table) =>
  recordCrash(on, each, messageId, 9_000_000);
const recorded = () => crashesBetween(table, 'validate', 0, 1_000);

describe('R20: a crash that is recorded', () => {
  test('is told from one that was, so that the metric counts it once', async () => {
    expect(await record(crash(1))).toBe(true);
    expect(await record(crash(1))).toBe(false);
    expect(await record(crash(1, 1))).toBe(true);
    expect(await record(crash(1, 1))).toBe(false);
    expect(await record(crash(1, 0))).toBe(false);
    expect(await recorded()).toMatchObject([{ incidentsOver: 1 }]);
  });

  test('is recorded anew by its own message alone', async () => {
    await record(crash(1));
    expect(await record(crash(1, 1), 'm-2')).toBe(false);
    expect(await recorded()).toMatchObject([{ incidentsOver: 0 }]);
  });

  test('but not anew although a resolution has passed, comes again', async () => {
    await record(crash(1));
    const clients = makeClients();
    mend = failCalls({ clients: [clients] }, 'dynamo', (command) => command === 'PutItemCommand');
    const failing = { ...table, dynamo: clients.dynamo };
    await expect(record(crash(1, 1), 'm-1', failing)).rejects.toThrow('nothing was written');
    expect(await recorded()).toMatchObject([{ incidentsOver: 0 }]);
  });
});

describe('R20: crashes are read', () => {
  beforeEach(async () => {
    for (const at of [10, 11, 12, 13]) await record(crash(at));
  });
  const timesOf = (crashes: readonly RecordedCrash[]) => crashes.map(({ at }) => at);

  test('from and to a moment, both included', async () => {
    expect(timesOf(await crashesBetween(table, 'validate', 11, 12))).toEqual([11, 12]);
    expect(timesOf(await crashesBetween(table, 'validate', 12, 12))).toEqual([12]);
  });

  test('after a moment, which is not included, newest first, and no more than asked for', async () => {
    expect(timesOf(await newestCrashes(table, 'validate', 11, 9))).toEqual([13, 12]);
    expect(timesOf(await newestCrashes(table, 'validate', 0, 3))).toEqual([13, 12, 11]);
  });
});

describe('R31: an escalation', () => {
  const escalation = { id: 'e-1', scope: 'lanes', at: 1, why: 'gave up' } as const;
  const recordIt = (over: number) => recordEscalation(table, escalation, 'm-1', over, 9_000_000);

  test('is settled once: a copy of its message finds how many incidents were over then', async () => {
    expect(await recordIt(0)).toEqual({ incidentsOver: 0, isOpen: true });
    expect(await recordIt(1)).toEqual({ incidentsOver: 0, isOpen: true });
    expect(await settleEscalation(table, escalation, 1)).toEqual({
      incidentsOver: 1,
      isOpen: false,
    });
    expect(await settleEscalation(table, escalation, 2)).toEqual({
      incidentsOver: 1,
      isOpen: false,
    });
    expect(await recordIt(3)).toEqual({ incidentsOver: 1, isOpen: false });
  });

  test('of an older version, which opened its incident at once, is not settled', async () => {
    await recordIt(0);
    const Key = { pk: escalation.scope, sk: `escalation#${escalation.id}` };
    const remove = { TableName: table.name, Key, UpdateExpression: 'REMOVE receipt' };
    await table.dynamo.send(new UpdateCommand(remove));
    expect(await settleEscalation(table, escalation, 1)).toEqual({
      incidentsOver: 0,
      isOpen: false,
    });
  });
});
