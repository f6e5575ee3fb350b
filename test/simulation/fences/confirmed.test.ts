import { describe, expect, it } from 'vitest';
import { confirmed } from '../../../simulation/fences/confirmed.ts';
import type { Found, Search } from '../../../simulation/fences/find.ts';

const SEARCH: Search = { from: 10, seeds: 20, messages: 1, secondsMax: 1 };

/** Fails in these seeds. */
const failingIn =
  (...failing: readonly number[]) =>
  async ({ from, seeds }: Search): Promise<Found> => {
    const seed = failing.find((each) => each >= from && each < from + seeds);
    if (seed === undefined) return { kind: 'missed', seeds };
    return { kind: 'found', seed, steps: 1, problem: 'broken' };
  };

describe('a fence that is taken out', () => {
  it.each([
    ['in the first seed that fails without it', [12, 15], [], 12, []],
    ['in none in which the whole code fails too', [12, 15, 29], [12, 15], 29, [12, 15]],
  ])('is found %s', async (_, without, whole, seed, alsoWhole) => {
    const { found, ofWhole } = await confirmed(SEARCH, failingIn(...without), failingIn(...whole));
    expect(found).toMatchObject({ kind: 'found', seed });
    expect(ofWhole.map((each) => each.seed)).toEqual(alsoWhole);
  });

  it.each([
    ['if nothing fails', []],
    ['if the whole code fails wherever it does', [12, 29]],
  ])('is missed by all seeds %s', async (_, failing) => {
    const { found } = await confirmed(SEARCH, failingIn(...failing), failingIn(...failing));
    expect(found).toEqual({ kind: 'missed', seeds: 20 });
  });

  it('is not sought on in files that no seed loads', async () => {
    const { found } = await confirmed(SEARCH, async () => ({ kind: 'not loaded' }), failingIn());
    expect(found).toEqual({ kind: 'not loaded' });
  });
});
