import { expect, test } from 'vitest';
import { Backups } from '../../../simulation/coincidences/backups.ts';
import { NO_COINCIDENCES } from '../../../simulation/coincidences/rates.ts';
import type { EffectOf } from '../../../simulation/effects.ts';
import { SERVERS } from '../../../simulation/outside.ts';
import type { World } from '../../../simulation/world.ts';
import { scheduler, submission, written } from '../checks/history.ts';

const row = (owner?: string, more: object = { deliveredVersion: 'W/"1"' }) => ({
  ...{ messageId: 'm1', ...more },
  ...(owner !== undefined && { deliveryLease: { owner } }),
});
const leased = written('resources', row(), row('a'));
const stored: EffectOf<'stored'> = {
  ...{ kind: 'stored', server: SERVERS.shared, key: 'k', before: undefined },
  after: { version: 1, body: '', at: 0, since: 0 },
  call: { number: 1, method: 'PUT', url: '', headers: {}, body: '', begunAt: 0 },
};

/** What becomes of a server that stores and is sent much. */
function after(lease: typeof leased, backupRestored = 1, isHealed = false) {
  const done = { backUps: 0, restores: 0 };
  const server = {
    base: SERVERS.shared,
    backUp: () => {
      done.backUps += 1;
    },
    restore: () => {
      if (done.backUps === 0) return false;
      done.restores += 1;
      return true;
    },
  };
  const coincidences = { ...NO_COINCIDENCES, backupRestored };
  const world = {
    ...{ scheduler, isHealed, fhirServers: [server], drawn: { coincidences } },
    ...{ faults: { coincidences }, submissions: new Map([['m1', submission()]]) },
  };
  const backups = new Backups(world as unknown as World, 1);
  for (let times = 0; times < 500; times += 1) {
    for (const effect of [stored, lease]) {
      if (backups.kinds.includes(effect.kind)) backups.see(effect);
    }
  }
  return done;
}

test('a server is backed up, and brings that back when a newer version is leased, twice at most', () => {
  const { backUps, restores } = after(leased);
  expect(backUps).toBeGreaterThan(0);
  expect(restores).toBe(2);
});

test('it does not without that coincidence, once faults have healed, or for a first version', () => {
  expect(after(leased, 0)).toEqual({ backUps: 0, restores: 0 });
  expect(after(leased, 1, true).restores).toBe(0);
  expect(after(written('resources', row(undefined, {}), row('a', {}))).restores).toBe(0);
  expect(after(written('resources', row('a'), row('a'))).restores).toBe(0);
});
