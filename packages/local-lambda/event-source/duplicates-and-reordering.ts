import { seededRandom } from './random.ts';

/**
 * How a queue departs from exactly-once, in-order delivery: SQS delivers at least once, and in no
 * order.
 */
export type Mischief = {
  /** Probability of a second delivery, 0 to 1. */
  duplicates: number;
  reorder: boolean;
  random: () => number;
};

export type MischiefOptions = {
  /** Probability that a delivered message is delivered again, 0 to 1. Default: 0. */
  duplicates?: number;
  /** Whether messages overtake each other. */
  reorder?: boolean;
  /** Seed of duplicates and reordering. Default: random. */
  seed?: number;
};

/** The requested mischief. Logs its seed, so that a run can be repeated. */
export function mischiefOf(options: MischiefOptions, log: (line: string) => void): Mischief {
  const { duplicates = 0, reorder = false } = options;
  const seed = options.seed ?? randomSeed();
  if (duplicates > 0 || reorder) {
    log(`duplicates ${duplicates}, reordering ${reorder ? 'on' : 'off'}, seed ${seed}`);
  }
  return { duplicates, reorder, random: seededRandom(seed) };
}

/** Returns a function that is true with this probability, from a seeded generator. */
export function chance(probability: number, seed: number): () => boolean {
  const random = seededRandom(seed);
  return () => random() < probability;
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}
