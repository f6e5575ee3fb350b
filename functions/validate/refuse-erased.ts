/** Refuses a message that names a patient who was erased after it was sent; nothing of it is stored. */
import { identityIn } from '../../core/message/resource-identity.ts';
import { type Loaded, MISSING, type Refused } from './loaded.ts';
import type { ValidateParts } from './parts.ts';

const ERASED: Refused = {
  issue: {
    severity: 'error',
    code: 'deleted',
    text: 'A patient whom it names was erased after it was submitted',
    rule: 'message/erased',
  },
};

/** Returns it as it was loaded, or refused without its text. A refusal because of its sender stays. */
export async function refuseErased(parts: ValidateParts, loaded: Loaded): Promise<Loaded> {
  const erasure = await erasureOf(parts, loaded);
  if (erasure === undefined) return loaded;
  const { submission, text = '', refused } = loaded;
  const isMissing = refused?.issue.rule === MISSING;
  const its = isMissing ? { ...ERASED, was: refused.was } : refused;
  // A file's name may be that of a person.
  const { file: _, ...unnamed } = submission.provenance.origin;
  return {
    submission: { ...submission, provenance: { ...submission.provenance, origin: unnamed } },
    text: undefined,
    refused: { ...(its ?? { ...ERASED, was: identityIn(text) }), erasure },
  };
}

/** By whom the text names, or by what an erasure noted of the object that it was in. */
async function erasureOf(
  { erased }: ValidateParts,
  { submission, text }: Loaded,
): Promise<number | undefined> {
  const { record, carriage, provenance } = submission;
  const claim = await erased.claimOn(text ?? record.body, provenance.origin);
  if (claim !== undefined) return claim.erasure.number;
  if (text !== undefined || carriage.kind !== 'claim-check') return undefined;
  return erased.erasureOfObject(carriage.s3, provenance.origin);
}
