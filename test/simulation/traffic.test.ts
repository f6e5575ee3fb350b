import { describe, expect, test } from 'vitest';
import { Random } from '../../simulation/random.ts';
import { drawTraffic, momentIn } from '../../simulation/traffic.ts';

const HOUR_MS = 3_600_000;

/** When files come, from the first on. */
function moments(seed: number, messages: number, files: number): number[] {
  const random = new Random(seed);
  const traffic = drawTraffic(messages, random, false);
  const all = Array.from({ length: files }, () => momentIn(traffic, random));
  for (const moment of all) expect(moment).toBeLessThan(traffic.overMs);
  return all.sort((one, other) => one - other);
}

/** How many of them come within a second of the one before. */
const close = (sorted: readonly number[]) =>
  sorted.filter((moment, place) => moment - (sorted[place - 1] ?? -HOUR_MS) < 1_000).length;

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('when producers submit', () => {
  test('mostly in waves, and in a few runs one by one', () => {
    const shares = SEEDS.map((seed) => close(moments(seed, 300, 60)) / 60);
    expect(shares.filter((share) => share > 0.6).length).toBeGreaterThan(60);
    expect(shares.filter((share) => share < 0.3).length).toBeGreaterThan(3);
  });

  test('in at least five minutes, and in some runs in nearly half an hour', () => {
    const times = SEEDS.map((seed) => drawTraffic(300, new Random(seed), false).overMs);
    expect(Math.min(...times)).toBe(300_000);
    expect(times.filter((ms) => ms > HOUR_MS / 3).length).toBeGreaterThan(2);
    expect(drawTraffic(300, new Random(1), true).overMs).toBeGreaterThan(HOUR_MS / 3);
  });

  test('in many waves where there is much to submit', () => {
    for (const seed of SEEDS) {
      const { waves } = drawTraffic(4_000, new Random(seed), false);
      expect(waves.length).toBeGreaterThanOrEqual(20);
    }
  });
});
