import { describe, expect, test } from 'vitest';
import { DeliveryLeases } from '../../../simulation/checks/delivery-leases.ts';
import { hostAt, scheduler, written } from './history.ts';

const PLACE = 'https://fhir.simulated/r4/Patient/p1';
const [a, b] = [hostAt('deliver#1'), hostAt('deliver#2')];
const lease = (owner: string, ms: number) => ({
  deliveryLease: { owner, until: scheduler.now + ms },
});
const taken = (before: object, owner: string, ms = 15_000) =>
  written('resources', before, lease(owner, ms));

function leased(...writes: readonly [ReturnType<typeof written>, typeof a][]): DeliveryLeases {
  const leases = new DeliveryLeases();
  for (const [effect, by] of writes) leases.written(effect, by, PLACE);
  return leases;
}

describe('R05: the lease of a delivery', () => {
  test('is taken when it is free or over, and ended by its holder', () => {
    const free = written('resources', lease('x', 15_000), {});
    expect(() => leased([taken({}, 'x'), a], [free, a], [taken({}, 'y'), b])).not.toThrow();
    expect(() => leased([taken({}, 'x', 0), a], [taken(lease('x', 0), 'y'), b])).not.toThrow();
    const rewritten = written('resources', lease('x', 9), lease('x', 9));
    expect(() => leased([taken({}, 'x'), a], [rewritten, b])).not.toThrow();
  });

  test('is not taken before it is over, or ended by another environment', () => {
    const early = taken(lease('x', 15_000), 'y');
    expect(() => leased([taken({}, 'x'), a], [early, b])).toThrow('before it was over');
    const ended = written('resources', lease('x', 0), {});
    expect(() => leased([taken({}, 'x', 0), a], [ended, b])).toThrow('deliver#2 ended the lease');
  });

  test('lasts as long as a call that begins under it', () => {
    expect(() => leased([taken({}, 'x', 5_000), a]).requested(a, PLACE)).not.toThrow();
    const late = leased([taken({}, 'x', 4_999), a]);
    expect(() => late.requested(a, PLACE)).toThrow('1 ms too late');
    expect(() => late.requested(b, PLACE)).not.toThrow();
    expect(() => late.requested(a, `${PLACE}0`)).not.toThrow();
  });
});
