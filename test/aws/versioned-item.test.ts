/** A save whose result nobody knows, and the writer who saves next. */
import { expect, test } from 'vitest';
import { loadSupervised, saveSupervised } from '../../aws/supervision-table.ts';
import { type Supervised, untouched } from '../../core/supervision/supervised-state.ts';
import { makeClients } from '../support/cold.ts';
import { losePut } from '../support/faults.ts';
import { tableAt } from '../support/handles.ts';
import { table } from '../support/provision.ts';
import { useEmulators } from '../support/use-emulators.ts';

useEmulators();

/** An environment with SDK clients of its own. */
async function load() {
  const own = makeClients();
  return {
    clients: [own],
    saveSupervised: (name: string, state: Supervised, token?: string) =>
      saveSupervised(tableAt(name, own), state, token),
    loadSupervised: (name: string, node: string) => loadSupervised(tableAt(name, own), node),
  };
}

const first: Supervised = { ...untouched('critical'), version: 1 };
type Others = (name: string) => Promise<unknown>;

test.each<[string, number, boolean, Others]>([
  ['nobody saved since', 0, true, async () => {}],
  ['others saved since', 3, true, (name) => saveAfter(name, 3)],
  ['others saved as often as it is remembered', 7, true, (name) => saveAfter(name, 7)],
  ['another save was stored', 1, false, (name) => saveInstead(name)],
])('R09: a save without an answer, and %s', async (_, others, stands, meanwhile) => {
  const name = await table(`supervision-of-save-${others}`);
  const { saveSupervised, clients } = await load();
  if (stands) losePut({ clients }, () => meanwhile(name));
  else await meanwhile(name);
  expect(await saveSupervised(name, first)).toBe(stands);
  const { loadSupervised } = await load();
  expect((await loadSupervised(name, 'critical')).version).toBe(stands ? 1 + others : 1);
});

test('R31: whether a save without an answer stands is unknown once others saved more often than it is remembered', async () => {
  const name = await table('supervision-of-forgotten');
  const { saveSupervised, clients } = await load();
  losePut({ clients }, () => saveAfter(name, 8));
  await expect(saveSupervised(name, first)).rejects.toMatchObject({ name: 'SaveForgotten' });
});

test('R09: a save that never arrived is known not to be stored', async () => {
  const name = await table('supervision-of-nobody');
  const { saveSupervised, loadSupervised, clients } = await load();
  losePut({ clients }, 'before');
  await expect(saveSupervised(name, first)).rejects.toMatchObject({
    name: 'NotWritten',
    code: 'TimeoutError',
  });
  expect(await loadSupervised(name, 'critical')).toEqual(untouched('critical'));
  expect(await saveSupervised(name, first)).toBe(true);
});

test('an item remembers a limited number of saves', async () => {
  const name = await table('supervision-of-many');
  const { saveSupervised, loadSupervised } = await load();
  await saveSupervised(name, first, 'token-1');
  await saveAfter(name, 20);
  const { receipts = [] } = await loadSupervised(name, 'critical');
  expect(receipts).toHaveLength(8);
  expect(receipts).not.toContain('token-1');
});

/** Saves as another environment does, each time based on what it read. */
async function saveAfter(name: string, times: number): Promise<void> {
  const { saveSupervised, loadSupervised } = await load();
  for (let n = 0; n < times; n += 1) {
    const before = await loadSupervised(name, 'critical');
    const next = { ...before, version: before.version + 1, wakeAt: n };
    expect(await saveSupervised(name, next)).toBe(true);
  }
}

async function saveInstead(name: string): Promise<void> {
  const { saveSupervised } = await load();
  expect(await saveSupervised(name, { ...first, wakeAt: 7 })).toBe(true);
}
