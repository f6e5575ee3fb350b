/** Sweeps the bucket of bodies, after everything that points to them. */

import { deleteVersion } from '../../aws/object-versions.ts';
import { type Claim, claimOn, type ErasureBook } from '../../core/erasure/erasure.ts';
import { HOPS_PREFIX, submissionsOf } from '../../core/message/claim-check.ts';
import { deleteAll, type FoundVersion } from './bodies.ts';
import type { Sweep } from './sweep-run.ts';

/** Stands for the account, if no sources are configured. */
const ONLY_SOURCE = 'default';

/**
 * A body that no stored item points to is either replaced or on its way. A body that a remaining
 * item needs is not deleted.
 */
export async function sweepBodies(run: Sweep): Promise<void> {
  for (const [key, { versions }] of run.found.byKey) {
    if (run.wanted.has(key)) continue;
    const isOrphan = run.orphans.delete(key);
    if (!isOrphan && isOfNobodyKnown(run, key)) {
      run.underWay += versions.length;
      continue;
    }
    for (const version of versions) {
      const claim = claimOnVersion(run, version, isOrphan);
      if (claim === undefined) continue;
      if (claim.kept) run.bodies.kept += 1;
      else {
        if (run.act) await deleteVersion(run.bucket, version);
        run.bodies.erased += 1;
        if (claim.shared) run.bodies.shared += 1;
      }
    }
  }
  // Written since the bucket was read.
  for (const key of run.orphans) {
    if (run.act && isOurs(key)) run.bodies.erased += await deleteAll(run.bucket, key);
  }
}

/** Named by the hash of its content, so all its versions are the same. */
const isOurs = (key: string) => /^(?:hops|resources|quarantine)\//.test(key);

function claimOnVersion(
  { book, hash }: Sweep,
  { key, named, ...version }: FoundVersion,
  isOrphan: boolean,
): Claim | undefined {
  const sentAt = isOrphan ? 0 : version.sentAt;
  const claims = sourcesOf(key, book).map((source) =>
    claimOn(named, { source, sentAt }, book, hash),
  );
  const known = claims.filter((claim) => claim !== undefined);
  return known.find(({ kept }) => !kept) ?? known[0];
}

/** Each source has a folder of its own, if there are several. */
function sourcesOf(key: string, { sources }: ErasureBook): string[] {
  const isInFolder = /^submissions\/.+\//.test(key);
  return [...sources].filter(
    (source) => !isInFolder || source === ONLY_SOURCE || key.startsWith(submissionsOf(source)),
  );
}

/**
 * A message between our queues does not name its source, and another source's message may still
 * need the body.
 */
function isOfNobodyKnown({ book }: Sweep, key: string): boolean {
  return key.startsWith(HOPS_PREFIX) && [...book.sources].some((source) => source !== ONLY_SOURCE);
}
