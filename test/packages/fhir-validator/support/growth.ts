/** Measures how the cost of something grows with the size of its input. */

export interface Growth {
  /** Exponent of cost against size: 1 is linear, 2 quadratic. */
  readonly exponent: number;
  readonly times: readonly number[];
}

const RUNS = 3;
/** Shorter times are mostly noise. */
const NOISE_MS = 4;

/**
 * Runs at doubling sizes and fits the exponent to the last doublings. The fastest of several runs counts,
 * because other load on the machine only adds time.
 */
export function growthOf(sizes: readonly number[], run: (size: number) => () => void): Growth {
  const times = sizes.map((size) => {
    const once = run(size);
    return Math.min(...Array.from({ length: RUNS }, () => timeOf(once)));
  });
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const doublings = Math.log2((sizes.at(-1) ?? 1) / (sizes[0] ?? 1));
  const exponent = Math.log2(Math.max(last, NOISE_MS) / Math.max(first, NOISE_MS)) / doublings;
  return { exponent, times };
}

/** Processor time: on a busy machine, elapsed time says little. */
function timeOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** What grows, and how to make a text with n of it. */
export type Making = [name: string, make: (size: number) => string];

export const list = <T>(size: number, item: (i: number) => T): T[] =>
  Array.from({ length: size }, (_, i) => item(i));

export const nested = (size: number, open: string, middle: string, close: string): string =>
  open.repeat(size) + middle + close.repeat(size);
