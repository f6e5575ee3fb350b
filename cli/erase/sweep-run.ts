/** One sweep: what to find, what was found, and what was done so far. */

import type { ResourceRow } from '../../aws/erased-resources.ts';
import type { Bucket, Table } from '../../aws/handles.ts';
import type { KeyedHash } from '../../aws/keyed-hash.ts';
import type { Claim, Erasure, ErasureBook } from '../../core/erasure/erasure.ts';
import type { BodyLocation } from '../../core/message/claim-check.ts';
import type { FoundBodies } from './bodies.ts';

export interface SweepStage {
  readonly resourcesTable: Table;
  readonly quarantineTable: Table;
  readonly bucket: Bucket;
}

export interface SweepOptions {
  readonly book: ErasureBook;
  readonly hash: KeyedHash;
  /** If false, it only counts. */
  readonly act: boolean;
  readonly by: string;
  readonly why: string;
  /** What was erased before, by the keyed hash of its key: a backup restores it without its body. */
  readonly known?: ReadonlyMap<string, Erasure>;
  /** Called with what is about to be erased. */
  readonly note: (keyHash: string, erasure: number) => Promise<void>;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

export interface Tally {
  erased: number;
  /** Erased by an earlier run of the same erasure. */
  before: number;
  /** How many of them name other patients too. */
  shared: number;
  /** How many shared ones are kept. */
  kept: number;
}

export interface Swept {
  readonly resources: Tally;
  readonly entries: Tally;
  /** Versions of objects. */
  readonly bodies: Tally;
  readonly unreadable: number;
  /** Bodies on their way whose source is unknown: they may belong to another source, and expire. */
  readonly underWay: number;
  /** What the FHIR server has, or may have, by type and id. */
  readonly delivered: readonly string[];
}

export interface Sweep extends SweepStage, SweepOptions {
  readonly found: FoundBodies;
  readonly resources: Tally;
  readonly entries: Tally;
  readonly bodies: Tally;
  readonly delivered: string[];
  /** Rows that were erased, by `placeIn`: their refused deliveries are entries. */
  readonly rows: Map<string, Claim>;
  /** Objects that only erased rows and entries point to. */
  readonly orphans: Set<string>;
  /** Objects of items that stay, and of other sources, by {@link wantedAs}. */
  readonly wanted: Set<string>;
  leasedUntil: number;
  underWay: number;
  readonly numbers: ReadonlySet<number>;
}

/** One submission in Resources: others of the same resource were or will be in the same row. */
export const placeIn = ({ pk, submissionOrder }: Pick<ResourceRow, 'pk' | 'submissionOrder'>) =>
  `${pk} ${submissionOrder}`;

/** An item that names a version needs no other one. No key begins with a bracket. */
export const wantedAs = ({ key, versionId }: Pick<BodyLocation, 'key' | 'versionId'>) =>
  versionId === undefined ? key : `[${versionId}] ${key}`;

/** The claim on content that a backup restored, found by its key. */
export function knownClaim({ known, hash }: Sweep, pk: string, sentAt: number): Claim | undefined {
  if (known === undefined) return undefined;
  const erasure = known.get(hash(pk));
  if (erasure === undefined || erasure.at < sentAt) return undefined;
  return { erasure, shared: false, kept: false };
}
