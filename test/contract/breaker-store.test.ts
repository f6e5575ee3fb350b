/** In any breaker store, a save succeeds only if it replaces the state that it was decided on. */
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { breakersTable, confirmPublished } from '../../aws/breakers-table.ts';
import type { Table } from '../../aws/handles.ts';
import { MemoryStore } from '../../breaker/memory-store.ts';
import {
  type BreakerState,
  type Transition,
  UNKNOWN_SERVICE,
} from '../../core/breaker/breaker-state.ts';
import type { BreakerStore } from '../../core/breaker/breaker-store.ts';
import { testClients } from '../support/clients.ts';
import { makePatientDynamo } from '../support/cold.ts';
import { TableInProcess } from '../support/table-in-process.ts';
import { useEmulators } from '../support/use-emulators.ts';

const TABLE = 'breakers';
useEmulators();
let table: () => Table;
let fromTable: () => BreakerStore;
let serveInProcess: () => () => void;

beforeAll(async () => {
  await testClients().dynamo.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  const dynamo = makePatientDynamo();
  table = () => ({ name: TABLE, dynamo });
  fromTable = () => breakersTable(table());
  serveInProcess = () => new TableInProcess().serve(dynamo);
});

const recent = [
  { from: 'closed', to: 'open', generation: 1, at: 5, why: 'because', openUntil: 9 },
  { from: 'open', to: 'closed', generation: 2, at: 6, why: 'reset: test', by: 'ada' },
] as const;
const common = { since: 5, why: 'because', reopenings: 1, receipts: ['a', 'b'], recent };
const states: BreakerState[] = [
  {
    ...common,
    phase: 'closed',
    generation: 0,
    version: 1,
    failures: 3,
    failedAt: 4,
    window: [{ from: 0, calls: 3, failures: 2 }],
    rampFrom: 7,
  },
  {
    ...common,
    phase: 'open',
    failedProbes: 0,
    generation: 1,
    version: 2,
    publishedTo: 1,
    openUntil: 9,
    forced: { until: 9, reason: 'maintenance', by: 'ada' },
  },
  {
    ...common,
    phase: 'half-open',
    failedProbes: 2,
    generation: 2,
    version: 3,
    successes: 1,
    probe: { owner: 'x', leaseUntil: 11 },
  },
  {
    ...common,
    phase: 'half-open',
    failedProbes: 2,
    generation: 2,
    version: 4,
    successes: 1,
    probe: undefined,
  },
];

let services = 0;
describe.each(['DynamoDB', 'the table in this process', 'memory'])('in %s', (where) => {
  let store: BreakerStore;
  let service: string;
  let restore = () => {};
  beforeAll(() => {
    if (where === 'the table in this process') restore = serveInProcess();
    return () => restore();
  });
  beforeEach(() => {
    services += 1;
    service = `s-${services}`;
    store = where === 'memory' ? new MemoryStore() : fromTable();
  });

  test('every state can be read back as it was saved', async () => {
    expect(await store.load(service)).toBeUndefined();
    let before: BreakerState = UNKNOWN_SERVICE;
    for (const state of states) {
      expect(await store.save(service, before, state)).toBe(true);
      expect(await store.load(service)).toEqual(state);
      before = state;
    }
    expect(await store.load('another')).toBeUndefined();
  });

  test.runIf(where === 'DynamoDB')(
    'R40: published transitions are confirmed in whatever phase the same breaker is by then',
    async () => {
      const [first = UNKNOWN_SERVICE, second = UNKNOWN_SERVICE, third = UNKNOWN_SERVICE] = states;
      const [opened, closed] = recent;
      const confirm = (of: Transition) => confirmPublished(table(), service, of);
      expect(await confirm(opened)).toBe(false);
      expect(await store.load(service)).toBeUndefined();
      await store.save(service, UNKNOWN_SERVICE, first);
      await store.save(service, first, { ...second, publishedTo: undefined });
      expect(await confirm(opened)).toBe(true);
      expect(await store.load(service)).toEqual({ ...second, publishedTo: 1 });
      expect(await confirm(closed)).toBe(true);
      // One that was confirmed meanwhile stays confirmed.
      expect(await confirm(opened)).toBe(true);
      expect(await store.load(service)).toMatchObject({ publishedTo: 2 });
      // Somebody deleted the item, and the breaker's generations began again.
      const reborn = { ...third, recent: [{ ...opened, at: 7 }] };
      expect(await store.save(service, second, reborn)).toBe(true);
      expect(await confirm(opened)).toBe(false);
      expect(await store.load(service)).not.toHaveProperty('publishedTo');
    },
  );

  test('R13: of two writers who decided on the same state one saves', async () => {
    const [first = UNKNOWN_SERVICE, second = UNKNOWN_SERVICE, third = UNKNOWN_SERVICE] = states;
    const both = await Promise.all([
      store.save(service, UNKNOWN_SERVICE, first),
      store.save(service, UNKNOWN_SERVICE, { ...first, why: 'other' }),
    ]);
    expect(both.toSorted()).toEqual([false, true]);
    expect(await store.save(service, first, second)).toBe(true);
    expect(await store.save(service, first, third)).toBe(false);
    expect(await store.load(service)).toEqual(second);
  });

  test('R13: after an item was deleted, no save based on it succeeds', async () => {
    const [first = UNKNOWN_SERVICE, second = UNKNOWN_SERVICE] = states;
    expect(await store.save(service, first, second)).toBe(false);
    expect(await store.load(service)).toBeUndefined();
  });
});
