/** Two groups of suspects that share some members must not run at the same time, or a member ends twice (R04). */
import { beforeEach, expect, test } from 'vitest';
import { holdGroup, releaseGroup } from '../../aws/group-hold.ts';
import type { Table } from '../../aws/handles.ts';
import { tableAt } from '../support/handles.ts';
import { itemsOf } from '../support/stores.ts';
import { useEmulators } from '../support/use-emulators.ts';
import { buildWorld } from '../support/world.ts';

useEmulators();
let table: Table;
beforeEach(async () => {
  const { tables } = await buildWorld();
  table = tableAt(tables.inFlight);
});

const hold = (requestId: string, members: readonly string[], now = 1_000, until = 2_000) =>
  holdGroup(table, { members, requestId }, { now, until });

test.each([
  ['first', ['b', 'c', 'd']],
  ['last', ['c', 'd', 'b']],
])(
  'R04: a group whose %s member another group holds does not run until that is released',
  async (_, members) => {
    expect(await hold('r-1', ['a', 'b'])).toBe(true);
    expect(await hold('r-2', members)).toBe(false);
    // What it could hold stays held: a third group with such a member waits, too.
    expect(await hold('r-3', ['d'])).toBe(false);
    await releaseGroup(table, { members, requestId: 'r-2' });
    expect(await hold('r-3', ['d'])).toBe(true);
    expect(await hold('r-3', ['b'])).toBe(false);
    await releaseGroup(table, { members: ['a', 'b'], requestId: 'r-1' });
    expect(await hold('r-2', ['a', 'b', 'c'])).toBe(true);
  },
);

test('R04: a group may be held anew by its own invocation, and by another once the hold is over', async () => {
  expect(await hold('r-1', ['a', 'b'])).toBe(true);
  expect(await hold('r-1', ['a', 'b'])).toBe(true);
  expect(await hold('r-2', ['a', 'b'], 2_000, 3_500)).toBe(false);
  expect(await hold('r-2', ['a', 'b'], 2_001, 3_500)).toBe(true);
  const items = await itemsOf(table.name);
  // In whole seconds, and not before the hold is over.
  expect(items.map(({ until, expiresAt }) => [until, expiresAt])).toEqual([
    [3_500, 4],
    [3_500, 4],
  ]);
});
