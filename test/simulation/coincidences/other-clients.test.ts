import { expect, test } from 'vitest';
import { OtherClients } from '../../../simulation/coincidences/other-clients.ts';
import { NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import { SERVERS } from '../../../simulation/outside.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import type { World } from '../../../simulation/world.ts';
import { submission, written } from '../checks/history.ts';

const row = (owner?: string) => ({
  messageId: 'm1',
  ...(owner !== undefined && { deliveryLease: { owner } }),
});
const leased = written('resources', row(), row('a'));

/** What other clients do to a resource that is leased a hundred times. */
async function after(lease: typeof leased, otherClients = 1, isHealed = false) {
  const done: string[] = [];
  const scheduler = new Scheduler(1);
  const note = (what: string) => (key: string) => done.push(`${what} ${key}`);
  const server = { base: SERVERS.shared };
  const acts = { change: note('change'), remove: note('remove'), hold: note('hold') };
  const coincidences = { ...NO_COINCIDENCES, otherClients };
  const world = {
    ...{ scheduler, isHealed, fhirServers: [{ ...server, ...acts }], drawn: { coincidences } },
    ...{ faults: { coincidences }, submissions: new Map([['m1', submission()]]) },
  };
  const clients = new OtherClients(world as unknown as World, 1);
  for (let times = 0; times < 100; times += 1) {
    if (clients.kinds.includes(lease.kind)) clients.see(lease);
  }
  await scheduler.run(() => false, scheduler.now + 10_000);
  return new Set(done);
}

test('other clients change, delete or hold what is leased', async () => {
  const all = ['change', 'hold', 'remove'].map((what) => `${what} Patient/a-p1`);
  expect([...(await after(leased))].sort()).toEqual(all);
});

test('they do not without that coincidence, once faults have healed, or for what is leased already', async () => {
  expect((await after(leased, 0)).size).toBe(0);
  expect((await after(leased, 1, true)).size).toBe(0);
  expect((await after(written('resources', row('a'), row('a')))).size).toBe(0);
});
