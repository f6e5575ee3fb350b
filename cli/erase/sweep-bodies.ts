/** Sweeps the bucket of bodies, after everything that points to them. */

import { hashOfSource } from '../../aws/bodies-bucket.ts';
import { deleteVersion } from '../../aws/object-versions.ts';
import { type Claim, claimOn, type ErasureBook, objectText } from '../../core/erasure/erasure.ts';
import { HOPS_PREFIX, submissionsOf } from '../../core/message/claim-check.ts';
import { deleteAll, type FoundVersion } from './bodies.ts';
import { type Sweep, wantedAs } from './sweep-run.ts';

/** Stands for the account, if no sources are configured. */
const ONLY_SOURCE = 'default';

/**
 * Notes which objects will be gone, before entries are read and before anything is deleted: who finds one
 * missing, or only has its key, learns why (aws/erased-patients.ts).
 */
export async function noteBodies({ found, ...run }: Sweep): Promise<void> {
  if (!run.act) return;
  for (const version of [...found.byKey.values()].flatMap(({ versions }) => versions)) {
    const claim = isOfNobodyKnown(run, version) ? undefined : claimOnVersion(run, version, false);
    if (claim === undefined || claim.kept) continue;
    const { key, versionId, isLatest } = version;
    const object = { bucket: run.bucket.name, key };
    const { number } = claim.erasure;
    await run.note(run.hash(objectText({ ...object, versionId })), number);
    if (isLatest) await run.note(run.hash(objectText(object)), number);
  }
}

/**
 * A body that no stored item points to is either replaced or on its way. A body that a remaining
 * item needs is not deleted.
 */
export async function sweepBodies(run: Sweep): Promise<void> {
  for (const [key, { versions }] of run.found.byKey) {
    if (run.wanted.has(key)) continue;
    // What a producer put over its own object is of another message.
    const isOrphan = run.orphans.delete(key) && isOurs(key);
    for (const version of versions) {
      if (run.wanted.has(wantedAs(version))) continue;
      if (!isOrphan && isOfNobodyKnown(run, version)) {
        run.underWay += 1;
        continue;
      }
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

type Known = Pick<Sweep, 'book' | 'hash'>;

function claimOnVersion(
  { book, hash }: Known,
  { named, ...version }: FoundVersion,
  isOrphan: boolean,
): Claim | undefined {
  const sentAt = isOrphan ? 0 : version.sentAt;
  const claims = sourcesOf(version, book).map((source) =>
    claimOn(named, { source, sentAt }, book, hash),
  );
  const known = claims.filter((claim) => claim !== undefined);
  return known.find(({ kept }) => !kept) ?? known[0];
}

/** Each source has a folder of its own, if there are several. */
function sourcesOf({ key, sources: said }: Omit<FoundVersion, 'named'>, book: ErasureBook) {
  const sources = [...book.sources];
  if (said !== undefined) return sources.filter((source) => said.includes(hashOfSource(source)));
  const isInFolder = /^submissions\/.+\//.test(key);
  return sources.filter(
    (source) => !isInFolder || source === ONLY_SOURCE || key.startsWith(submissionsOf(source)),
  );
}

/**
 * A message between our queues does not name its source, and another source's message may still
 * need a body that does not say whose it is.
 */
function isOfNobodyKnown({ book }: Known, { key, sources }: FoundVersion): boolean {
  if (sources !== undefined || !key.startsWith(HOPS_PREFIX)) return false;
  return [...book.sources].some((source) => source !== ONLY_SOURCE);
}
