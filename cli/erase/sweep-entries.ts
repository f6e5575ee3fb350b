/** Takes entries of Quarantine through a sweep. */
import { type Claim, claimOn } from '../../core/erasure.ts';
import { patientsNamed } from '../../core/patient-references.ts';
import {
  type ErasableEntry,
  eraseEntry,
  readErasable,
} from '../../functions/aws/erased-entries.ts';
import { knownClaim, type Sweep } from './sweep.ts';

/** As often as it changes under our hands. */
export async function sweepEntry(run: Sweep, entry: ErasableEntry): Promise<void> {
  let current: ErasableEntry | undefined = entry;
  while (current !== undefined) {
    if (current.erasure !== undefined && !hasContent(current)) {
      if (run.numbers.has(current.erasure)) run.entries.before += 1;
      return;
    }
    const claim = claimOnEntry(run, current);
    const keys = [current.bodyS3?.key].filter((key) => key !== undefined);
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

const hasContent = ({ body, bodyS3, outcome }: ErasableEntry) =>
  body !== undefined || bodyS3 !== undefined || outcome !== undefined;

function claimOnEntry(run: Sweep, entry: ErasableEntry): Claim | undefined {
  const { body, bodyS3, outcome, delivery, source, claims, sentAt } = entry;
  const ofRow = delivery && run.rows.get(delivery.pk);
  if (ofRow !== undefined) return ofRow;
  const named =
    body !== undefined
      ? patientsNamed(body)
      : (run.found.byKey.get(bodyS3?.key ?? '')?.named ?? patientsNamed(outcome ?? ''));
  const sources = [source, ...(claims?.source === undefined ? [] : [claims.source])];
  const all = sources.map((each) => claimOn(named, { source: each, sentAt }, run.book, run.hash));
  return all.find((claim) => claim !== undefined) ?? knownClaim(run, entry.pk, sentAt);
}
