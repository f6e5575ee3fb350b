/**
 * A corrected body of a quarantined submission. The original is evidence and stays; who wrote the other, when
 * and why stays beside it. What is sent is the corrected one, under the identity and the place in the order of
 * the original (R05), and it is validated like any other.
 */
import type { ClaimCheck } from './messages.ts';

type Place = ClaimCheck['s3'];

export interface Correction {
  /** Epoch ms. */
  readonly at: number;
  readonly by: string;
  readonly why: string;
  /** Where the corrected body lies. */
  readonly bodyS3: Place;
}

/** Kept of one entry, so that it stays within what an item may hold. */
const CORRECTIONS_MAX = 20;

/** The corrections so far, and one more. The same one again, of a run that died, is not one more. */
export function correctionsAfter(
  past: readonly Correction[],
  next: Correction,
): readonly Correction[] {
  const last = past.at(-1);
  if (last?.bodyS3.key === next.bodyS3.key && last.by === next.by && last.why === next.why) {
    return past;
  }
  return [...past, next].slice(-CORRECTIONS_MAX);
}
