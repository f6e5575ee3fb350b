/** An observer records what killed an attempt while that attempt's own environment writes to it. */
import { beforeEach, expect, test } from 'vitest';
import type { Table } from '../../aws/handles.ts';
import {
  endAttempt,
  startAttempt,
  surviveAttempt,
  voidAttempt,
} from '../../aws/quarantine-attempts.ts';
import { recordDeath } from '../../aws/quarantine-deaths.ts';
import { readTrouble } from '../../aws/quarantine-table.ts';
import type { Attempt } from '../../core/attempt/attempts.ts';
import { makeClients } from '../support/cold.ts';
import { tableAt } from '../support/handles.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

useEmulators();
const ID = 'm-1';
const VAGUE = { crash: 'exit', reason: 'Runtime.ExitError' } as const;
const OUT_OF_MEMORY = { crash: 'out-of-memory', reason: 'Runtime.OutOfMemory' } as const;
let table: Table;

beforeEach(async () => {
  const world = await buildWorld();
  table = tableAt(world.tables.quarantine);
});

async function start(requestId: string): Promise<void> {
  const seen = await readTrouble(table, ID);
  const origin = { messageId: ID, sentAt: 1, source: 'default' };
  const attempt = { requestId, startedAt: 1 };
  const counted = seen?.attempts ?? [];
  const kept = { ...table, keptDays: 30 };
  const isStarted = await startAttempt(kept, {
    origin,
    lane: 'background',
    seen,
    counted,
    attempt,
  });
  expect(isStarted).toBe(true);
}
const attempts = async (): Promise<readonly Attempt[] | undefined> =>
  (await readTrouble(table, ID))?.attempts;

/** The observer, between whose read and write something else is written once. */
function observerAfter(write: () => Promise<unknown>): Table {
  const { dynamo } = makeClients();
  let isFirst = true;
  dynamo.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'UpdateItemCommand' && isFirst) {
          isFirst = false;
          await write();
        }
        return next(args);
      },
    { step: 'initialize' },
  );
  return { ...table, dynamo };
}

test('R02: an attempt that has survived meanwhile has no crash', async () => {
  await start('r-1');
  const survive = () => surviveAttempt(table, ID, 0, { requestId: 'r-1', ended: 5 });
  expect(await recordDeath(observerAfter(survive), 'r-1', OUT_OF_MEMORY)).toBe(false);
  expect(await attempts()).toEqual([{ requestId: 'r-1', startedAt: 1, ended: 5 }]);
});

test('R07: an attempt whose crash its own environment has recorded meanwhile keeps that', async () => {
  await start('r-1');
  const own = {
    requestId: 'r-1',
    startedAt: 1,
    crash: 'exception',
    reason: 'boom',
    ended: 5,
  } as const;
  const end = () => endAttempt(table, ID, 0, own);
  expect(await recordDeath(observerAfter(end), 'r-1', OUT_OF_MEMORY)).toBe(false);
  expect(await attempts()).toEqual([own]);
});

test('R02: an attempt in whose place another one is by then does not get its crash', async () => {
  await start('r-1');
  const replace = async () => {
    await voidAttempt(table, ID, 0, 'r-1');
    await start('r-2');
  };
  expect(await recordDeath(observerAfter(replace), 'r-1', OUT_OF_MEMORY)).toBe(false);
  expect(await attempts()).toEqual([{ requestId: 'r-2', startedAt: 1 }]);
});

test('R07: of two observers at once the one with the better reason is believed, whoever is first', async () => {
  await start('r-1');
  const better = () => recordDeath(table, 'r-1', OUT_OF_MEMORY);
  expect(await recordDeath(observerAfter(better), 'r-1', VAGUE)).toBe(false);
  expect(await attempts()).toMatchObject([OUT_OF_MEMORY]);
  await start('r-2');
  const vague = () => recordDeath(table, 'r-2', VAGUE);
  expect(await recordDeath(observerAfter(vague), 'r-2', OUT_OF_MEMORY)).toBe(true);
  expect(await attempts()).toMatchObject([OUT_OF_MEMORY, OUT_OF_MEMORY]);
});

test('R07: a reason that says only that a process ended replaces no other, not even its like', async () => {
  await start('r-1');
  expect(await recordDeath(table, 'r-1', VAGUE)).toBe(true);
  expect(await recordDeath(table, 'r-1', VAGUE)).toBe(false);
  const better = () => recordDeath(table, 'r-1', OUT_OF_MEMORY);
  const other = { crash: 'exception', reason: 'Runtime.UserCodeSyntaxError' } as const;
  expect(await recordDeath(observerAfter(better), 'r-1', other)).toBe(false);
  expect(await attempts()).toMatchObject([OUT_OF_MEMORY]);
});
