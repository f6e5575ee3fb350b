/** Sweeps the entries of Quarantine. */

import { type ErasableEntry, eraseEntry, readErasable } from '../../aws/erased-entries.ts';
import { type Claim, claimOn } from '../../core/erasure/erasure.ts';
import { patientsNamed } from '../../core/erasure/patient-references.ts';
import { knownClaim, placeIn, type Sweep } from './sweep-run.ts';

/** Tries, if an entry changes while we work on it. */
export async function sweepEntry(run: Sweep, entry: ErasableEntry): Promise<void> {
  let current: ErasableEntry | undefined = entry;
  while (current !== undefined) {
    if (current.erasure !== undefined && !hasContent(current)) {
      if (run.numbers.has(current.erasure)) run.entries.before += 1;
      return;
    }
    const claim = claimOnEntry(run, current);
    const keys = keysOf(current);
    if (claim === undefined || claim.kept) {
      if (claim !== undefined) run.entries.kept += 1;
      for (const key of keys) run.wanted.add(key);
      return;
    }
    const { by, why, now } = run;
    if (run.act) await run.note(run.hash(current.pk), claim.erasure.number);
    const mark = { erasure: claim.erasure.number, at: now(), by, why };
    if (!run.act || (await eraseEntry(run.quarantineTable, current, mark))) {
      run.entries.erased += 1;
      if (claim.shared) run.entries.shared += 1;
      for (const key of keys) run.orphans.add(key);
      return;
    }
    current = await readErasable(run.quarantineTable, current.pk);
  }
}

/** All versions of its body: a corrected one is kept beside the original. */
const keysOf = ({ bodyS3, original, corrections = [] }: ErasableEntry): string[] =>
  [bodyS3, original, ...corrections.map((each) => each.bodyS3)]
    .filter((place) => place !== undefined)
    .map(({ key }) => key);

const hasContent = ({ body, bodyS3, outcome }: ErasableEntry) =>
  body !== undefined || bodyS3 !== undefined || outcome !== undefined;

function claimOnEntry(run: Sweep, entry: ErasableEntry): Claim | undefined {
  const { body, outcome, delivery, source, claims, sentAt } = entry;
  const ofRow = delivery && run.rows.get(placeIn(delivery));
  if (ofRow !== undefined) return ofRow;
  const bodies = keysOf(entry).map((key) => run.found.byKey.get(key)?.named);
  const versions = [body === undefined ? undefined : patientsNamed(body), ...bodies];
  const read = versions.filter((named) => named !== undefined);
  // If the bodies are gone, the outcome may still quote values.
  const said = read.length > 0 ? read : [patientsNamed(outcome ?? '')];
  const sources = [source, ...(claims?.source === undefined ? [] : [claims.source])];
  const all = said.flatMap((named) =>
    sources.map((each) => claimOn(named, { source: each, sentAt }, run.book, run.hash)),
  );
  return all.find((claim) => claim !== undefined) ?? knownClaim(run, entry.pk, sentAt);
}
