/** Sweeps the entries of Quarantine. */

import { type ErasableEntry, eraseEntry, readErasable } from '../../aws/erased-entries.ts';
import { type Claim, claimOn } from '../../core/erasure/erasure.ts';
import { patientsNamed } from '../../core/erasure/patient-references.ts';
import type { BodyLocation } from '../../core/message/claim-check.ts';
import { knownClaim, placeIn, type Sweep, wantedAs } from './sweep-run.ts';

/** Tries, if an entry changes while we work on it. */
export async function sweepEntry(run: Sweep, entry: ErasableEntry): Promise<void> {
  let current: ErasableEntry | undefined = entry;
  while (current !== undefined) {
    if (current.erasure !== undefined && !hasContent(current)) {
      if (run.numbers.has(current.erasure)) run.entries.before += 1;
      return;
    }
    const claim = claimOnEntry(run, current);
    const places = placesOf(current);
    if (claim === undefined || claim.kept) {
      if (claim !== undefined) run.entries.kept += 1;
      for (const place of places) run.wanted.add(wantedAs(place));
      return;
    }
    const { by, why, now } = run;
    if (run.act) await run.note(run.hash(current.pk), claim.erasure.number);
    const mark = { erasure: claim.erasure.number, at: now(), by, why };
    if (!run.act || (await eraseEntry(run.quarantineTable, current, mark))) {
      run.entries.erased += 1;
      if (claim.shared) run.entries.shared += 1;
      for (const { key } of places) run.orphans.add(key);
      return;
    }
    current = await readErasable(run.quarantineTable, current.pk);
  }
}

/** All versions of its body: a corrected one is kept beside the original. */
const placesOf = ({ bodyS3, original, corrections = [] }: ErasableEntry) =>
  [bodyS3, original, ...corrections.map((each) => each.bodyS3)].filter(
    (place) => place !== undefined,
  );

/** A producer's object may have other versions, of other messages. */
function bodiesAt({ found }: Sweep, { key, versionId }: BodyLocation) {
  const { versions = [] } = found.byKey.get(key) ?? {};
  return versions.filter((each) => versionId === undefined || each.versionId === versionId);
}

const hasContent = ({ body, bodyS3, outcome }: ErasableEntry) =>
  body !== undefined || bodyS3 !== undefined || outcome !== undefined;

function claimOnEntry(run: Sweep, entry: ErasableEntry): Claim | undefined {
  const { body, outcome, delivery, source, claims: claimed, sentAt } = entry;
  const ofRow = delivery && run.rows.get(placeIn(delivery));
  if (ofRow !== undefined) return ofRow;
  const bodies = placesOf(entry).flatMap((place) => bodiesAt(run, place));
  const read = bodies.map(({ named }) => named);
  if (body !== undefined) read.push(patientsNamed(body));
  // If the bodies are gone, the outcome may still quote values.
  const said = read.length > 0 ? read : [patientsNamed(outcome ?? '')];
  const sources = [source, ...(claimed?.source === undefined ? [] : [claimed.source])];
  const all = said.flatMap((named) =>
    sources.map((each) => claimOn(named, { source: each, sentAt }, run.book, run.hash)),
  );
  const claims = all.filter((claim) => claim !== undefined);
  return claims.find(({ kept }) => !kept) ?? claims[0] ?? knownClaim(run, entry.pk, sentAt);
}
