/**
 * Which of N resources crash or are invalid: 1% and 2%, exactly, spread over the whole stream. Each is
 * drawn from its own stretch of the stream (stratified), so that the proportions hold in every part of it
 * too.
 */
import { DEFECTS } from './defects.ts';
import type { Random } from './random.ts';

export type Chaos = 'throw' | 'exit' | 'heap' | 'hang';
export type Fate = { kind: 'chaos'; code: Chaos } | { kind: 'defect'; defect: number };

/** How many of 100 crashing ones have each kind of crash. */
const CHAOS_SHARES: readonly [Chaos, number][] = [
  ['throw', 50],
  ['exit', 30],
  ['heap', 16],
  ['hang', 4],
];
const CRASHING_SHARE = 0.01;
const INVALID_SHARE = 0.02;

/** How many of a stream crash, and how many are invalid. */
export const troubledOf = (count: number) => ({
  crashing: Math.round(count * CRASHING_SHARE),
  invalid: Math.round(count * INVALID_SHARE),
});

/** Positions (from 0) of the crashing and invalid ones among `count`; all others are healthy. */
export function drawFates(random: Random, count: number): Map<number, Fate> {
  const { crashing, invalid } = troubledOf(count);
  const fates = random.shuffle<Fate>([
    ...chaosCodes(crashing).map((code): Fate => ({ kind: 'chaos', code })),
    ...Array.from(
      { length: invalid },
      (_, n): Fate => ({ kind: 'defect', defect: n % DEFECTS.length }),
    ),
  ]);
  const positions = new Map<number, Fate>();
  fates.forEach((fate, n) => {
    const start = Math.floor((n * count) / fates.length);
    const end = Math.floor(((n + 1) * count) / fates.length) - 1;
    positions.set(random.int(start, end), fate);
  });
  return positions;
}

/** `total` codes in their shares; what rounding leaves goes to the largest remainders. */
export function chaosCodes(total: number): Chaos[] {
  const parts = CHAOS_SHARES.map(([code, share]) => {
    const exact = (total * share) / 100;
    return { code, whole: Math.floor(exact), remainder: exact - Math.floor(exact) };
  });
  const left = total - parts.reduce((sum, { whole }) => sum + whole, 0);
  const larger = [...parts].sort((a, b) => b.remainder - a.remainder).slice(0, left);
  return parts.flatMap((part) =>
    Array.from({ length: part.whole + (larger.includes(part) ? 1 : 0) }, () => part.code),
  );
}
