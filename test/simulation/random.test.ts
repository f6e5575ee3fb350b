import { describe, expect, test } from 'vitest';
import { Random } from '../../simulation/random.ts';

const drawn = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.uint32());

describe('the seeded generator', () => {
  test('draws the same numbers for the same seed, and others for another', () => {
    expect(drawn(new Random(7), 100)).toEqual(drawn(new Random(7), 100));
    expect(drawn(new Random(7), 100)).not.toEqual(drawn(new Random(8), 100));
  });

  test('draws these numbers for seed 1, now and on every machine', () => {
    expect(drawn(new Random(1), 4)).toMatchInlineSnapshot(`
      [
        2420951833,
        2513034076,
        3847892949,
        4064752930,
      ]
    `);
  });

  test('fills its range evenly', () => {
    const random = new Random(3);
    const counts = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw += 1) {
      const value = random.below(10);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test('gives unrelated numbers for neighbouring seeds', () => {
    const firsts = Array.from({ length: 1_000 }, (_, seed) => new Random(seed).below(2));
    const ones = firsts.filter((value) => value === 1).length;
    expect(Math.abs(ones - 500)).toBeLessThan(80);
  });

  test('gives a fork its own numbers', () => {
    const random = new Random(5);
    const fork = random.fork();
    expect(drawn(fork, 10)).not.toEqual(drawn(random, 10));
  });

  test('stays within the given bounds', () => {
    const random = new Random(11);
    for (let draw = 0; draw < 500; draw += 1) {
      const value = random.between(3, 5);
      expect(value >= 3 && value <= 5).toBe(true);
      expect(random.duration(10)).toBeGreaterThanOrEqual(1);
      expect(random.chance(0)).toBe(false);
      expect(random.chance(1)).toBe(true);
      expect(['a', 'b']).toContain(random.pick(['a', 'b']));
    }
    expect(random.uuid()).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
  });
});
