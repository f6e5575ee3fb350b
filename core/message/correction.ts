/**
 * A corrected body of a quarantined submission. The original stays as evidence, together with who wrote the
 * correction, when and why. The corrected body is sent with the identity and the place in the order of the
 * original (R05), and validated like any other.
 */
import type { ClaimCheck } from './messages.ts';

type Place = ClaimCheck['s3'];

export interface Correction {
  /** Epoch ms. */
  readonly at: number;
  readonly by: string;
  readonly why: string;
  /** Where the corrected body is stored. */
  readonly bodyS3: Place;
}

/** Maximum number of corrections kept in an entry, so that it fits into an item. */
const CORRECTIONS_MAX = 20;

/**
 * The previous corrections and the new one. One that is already there (from a run that died) is not
 * added again.
 */
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
