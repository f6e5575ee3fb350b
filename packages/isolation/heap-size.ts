/**
 * The heap that a text needs to get a verdict, whatever it contains (R62). The worst text that `npm
 * run bench:resource-size` found needs 13 MB per MiB: one character outside Latin-1 doubles a text,
 * and small objects take several times their text. Structures that need even more are never valid,
 * and are not parsed (packages/fhir-validator/text/weight.ts).
 */
const MIB = 1024 * 1024;
/** Heap of the worker itself. */
const BASE_MB = 24;
const MB_PER_MIB = 16;

/** Size of the old generation, in MB, for a text with that many characters. */
export function heapMbFor(characters: number): number {
  return Math.ceil(BASE_MB + (MB_PER_MIB * characters) / MIB);
}

/**
 * Characters of the largest text that a heap can hold. A text never has more characters than bytes.
 */
export function charactersFor(heapOldMb: number): number {
  return Math.max(0, Math.floor(((heapOldMb - BASE_MB) / MB_PER_MIB) * MIB));
}
