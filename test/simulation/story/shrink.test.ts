import { describe, expect, test } from 'vitest';
import { type Reduced, shrink } from '../../../simulation/story/shrink.ts';

const all = { only: Array.from({ length: 100 }, (_, n) => n), without: [] };
const never = () => false;
const needs = (numbers: number[], faults: string[]) => {
  let tries = 0;
  const fails = async ({ only, without }: Reduced) => {
    tries += 1;
    const isThere = numbers.every((number) => only.includes(number));
    return isThere && !faults.some((fault) => without.includes(fault));
  };
  return { fails, tries: () => tries };
};

describe('shrinking', () => {
  test('keeps the submissions and faults that the failure needs', async () => {
    const { fails, tries } = needs([3, 40], ['calls.late']);
    const faults = ['calls.failed', 'calls.late', 'queues.duplicate'];
    const reduced = await shrink(all, { fails, faults, isTimeUp: never });
    expect(reduced).toEqual({ only: [3, 40], without: ['calls.failed', 'queues.duplicate'] });
    expect(tries()).toBeLessThan(60);
  });

  test('keeps all if nothing can be removed, and at least one', async () => {
    const everything = { fails: async () => true, faults: [], isTimeUp: never };
    expect((await shrink(all, everything)).only).toHaveLength(1);
    const nothing = { fails: async () => false, faults: ['calls.late'], isTimeUp: never };
    expect(await shrink(all, nothing)).toEqual(all);
  });

  test('stops when the time is up, with what still fails', async () => {
    const { fails, tries } = needs([99], []);
    const isTimeUp = () => tries() === 3;
    const reduced = await shrink(all, { fails, faults: ['calls.late'], isTimeUp });
    expect(tries()).toBe(3);
    expect(reduced.only).toContain(99);
    expect(reduced.only.length).toBeLessThan(100);
    expect(reduced.without).toEqual([]);
  });
});
