/**
 * How much heap a text needs so that it gets a verdict whatever it contains (R62). The worst that `npm
 * run bench:resource-size` found needs 13 MB for each MiB of text: one character outside Latin-1
 * doubles a text, and small objects take several times what they take as text. Structures that cost
 * even more are never valid, and are not parsed (packages/fhir-validator/text/weight.ts).
 */
const MIB = 1024 * 1024;
/** For the worker itself. */
const BASE_MB = 24;
const MB_PER_MIB = 16;

/** The old generation in which a text of so many characters runs. */
export function heapMbFor(characters: number): number {
  return Math.ceil(BASE_MB + (MB_PER_MIB * characters) / MIB);
}

/** The largest text that a heap holds. A text has no more characters than bytes. */
export function charactersFor(heapOldMb: number): number {
  return Math.max(0, Math.floor(((heapOldMb - BASE_MB) / MB_PER_MIB) * MIB));
}
