/** Refuses a message that names a patient who was erased after it was sent; nothing of it is stored. */
import { identityIn } from '../../core/message/resource-identity.ts';
import type { Loaded, Refused } from './loaded.ts';
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
export async function refuseErased({ erased }: ValidateParts, loaded: Loaded): Promise<Loaded> {
  const { submission, refused = { ...ERASED, was: identityIn(loaded.text ?? '') } } = loaded;
  const { origin } = submission.provenance;
  const claim = await erased.claimOn(loaded.text ?? submission.record.body, origin);
  if (claim === undefined) return loaded;
  // A file's name may be that of a person.
  const { file: _, ...unnamed } = origin;
  const provenance = { ...submission.provenance, origin: unnamed };
  const { number: erasure } = claim.erasure;
  return {
    submission: { ...submission, provenance },
    text: undefined,
    refused: { ...refused, erasure },
  };
}
