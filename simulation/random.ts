/**
 * Seeded random numbers: sfc32 by Chris Doty-Humphrey (PractRand, public domain). splitmix32 fills
 * its 128 bits of state from the seed. It uses only 32-bit arithmetic, so that every machine draws
 * the same numbers.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: number) {
    const next = splitmix32(seed);
    this.#a = next();
    this.#b = next();
    this.#c = next();
    // PractRand's seeding discards the first twelve numbers, which still show the seed.
    for (let drawn = 0; drawn < 12; drawn += 1) this.uint32();
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.uint32() / 2 ** 32;
  }

  /** An integer in [0, end). */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  /** An integer in [from, to]. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** Draws no number if the probability is 0 or 1, so that a fault that is off costs nothing. */
  chance(probability: number): boolean {
    return probability > 0 && (probability >= 1 || this.fraction() < probability);
  }

  pick<T>(all: readonly [T, ...T[]]): T {
    return all[this.below(all.length)] ?? all[0];
  }

  /** A duration: usually near `usual`, rarely ten times as long. */
  duration(usual: number): number {
    return Math.max(1, Math.round(-Math.log(1 - this.fraction()) * usual));
  }

  /** A separate generator, so that the draws of one part do not change another part's numbers. */
  fork(): Random {
    return new Random(this.uint32());
  }

  /** In the form of a UUID, version 4. */
  uuid(): string {
    const first = this.uint32();
    const second = this.uint32();
    const third = this.uint32();
    const fourth = this.uint32();
    const version = hexOf((second & 0x0fff) | 0x4000);
    const variant = hexOf(((third >>> 16) & 0x3fff) | 0x8000);
    const end = `${hexOf(third & 0xffff)}${hexOf(fourth >>> 16)}${hexOf(fourth & 0xffff)}`;
    const begin = `${hexOf(first >>> 16)}${hexOf(first & 0xffff)}-${hexOf(second >>> 16)}`;
    return `${begin}-${version}-${variant}-${end}`;
  }
}

/** Four hexadecimal digits of each number of 16 bits. */
const HEX = Array.from({ length: 0x10000 }, (_, number) => number.toString(16).padStart(4, '0'));
const hexOf = (number: number) => HEX[number];

/** Sebastiano Vigna's splitmix, in the 32-bit form of MurmurHash3's finalizer. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}
