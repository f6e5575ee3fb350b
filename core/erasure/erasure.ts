/**
 * Erasing a patient (GDPR art. 17, LGPD art. 18): what belongs to the patient, and what comes too late.
 *
 * An erasure is a moment, like a line drawn in a ledger. What was submitted before it and names the patient
 * is erased where it is stored, and refused where it still arrives: from a queue, from a redrive or from a
 * restored table. What is submitted after it is accepted: its sender then says that it may be kept. The
 * operator must stop the producer.
 *
 * Erasures are kept for ever and name nobody: they hold a keyed hash of source, type and id. So a resource
 * is not looked up by its patient; the hashes of all patients that it names are compared.
 */
import type { BodyLocation } from '../message/claim-check.ts';
import type { Named } from './patient-references.ts';

export interface Erasure {
  /** Counted from 1, in the order in which they were recorded. */
  readonly number: number;
  /** Keyed hash of {@link patientKey}. */
  readonly patient: string;
  readonly source: string;
  /** Epoch ms: whatever was sent up to then is erased. */
  readonly at: number;
  /** What happens to resources that name other patients too, such as a Group. */
  readonly shared: 'erase' | 'keep';
}

/** The text that is hashed. An id belongs to its source (R51). */
export const patientKey = (source: string, id: string) => `${source}#Patient/${id}`;

/** Likewise for an object of the bucket that an erasure deletes; of all its versions if it names none. */
export const objectText = ({ bucket, key, versionId }: BodyLocation) =>
  `s3://${bucket}/${key}${versionId === undefined ? '' : `?versionId=${versionId}`}`;

/**
 * How often an environment reads the erasures. An erasure waits this long, and for the longest invocation,
 * before it searches.
 */
export const ERASURES_KNOWN_MS = 5_000;

export interface ErasureBook {
  /** Time of the latest erasure: later submissions need no check. */
  readonly latestAt: number;
  /** By keyed hash, the latest of each patient. */
  readonly byPatient: ReadonlyMap<string, Erasure>;
  readonly sources: ReadonlySet<string>;
}

export function erasureBook(erasures: readonly Erasure[]): ErasureBook {
  const byPatient = new Map<string, Erasure>();
  let latestAt = 0;
  for (const erasure of erasures) {
    latestAt = Math.max(latestAt, erasure.at);
    const known = byPatient.get(erasure.patient);
    if (known === undefined || known.at < erasure.at) byPatient.set(erasure.patient, erasure);
  }
  return {
    latestAt,
    byPatient,
    sources: new Set(erasures.map(({ source }) => source)),
  };
}

export interface Submitted {
  readonly source: string;
  /** Epoch ms. */
  readonly sentAt: number;
}

export interface Claim {
  readonly erasure: Erasure;
  /** The resource names other patients too. The erased Patient itself is never shared. */
  readonly shared: boolean;
  /** Whether it is erased, or kept because it is shared. */
  readonly kept: boolean;
}

/** The erasure that applies to a submission: the latest that erases it, or one that keeps it. */
export function claimOn(
  { patients, self }: Named,
  { source, sentAt }: Submitted,
  { latestAt, byPatient, sources }: ErasureBook,
  hash: (text: string) => string,
): Claim | undefined {
  // A resource may name a million patients, and each has to be hashed.
  if (sentAt > latestAt || !sources.has(source)) return undefined;
  let found: Claim | undefined;
  for (const id of patients) {
    const erasure = byPatient.get(hash(patientKey(source, id)));
    if (erasure === undefined || erasure.at < sentAt) continue;
    const shared = patients.size > 1 && self !== id;
    const claim = { erasure, shared, kept: shared && erasure.shared === 'keep' };
    if (found === undefined || outweighs(claim, found)) found = claim;
  }
  return found;
}

function outweighs(claim: Claim, found: Claim): boolean {
  if (claim.kept !== found.kept) return found.kept;
  return claim.erasure.at > found.erasure.at;
}
