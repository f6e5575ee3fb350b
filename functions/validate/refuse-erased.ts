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
export async function refuseErased({ erased }: ValidateParts, loaded: Loaded): Promise<Loaded> {
  const { submission, text, refused } = loaded;
  const { record, carriage, provenance } = submission;
  const object = text === undefined && carriage.kind === 'claim-check' ? carriage.s3 : undefined;
  const erasure = await erased.erasureOf(text ?? record.body, provenance.origin, object);
  if (erasure === undefined) return loaded;
  const isMissing = refused?.issue.rule === MISSING;
  const before = isMissing ? { ...ERASED, identity: refused.identity } : refused;
  // A file's name may be that of a person.
  const { file: _, ...unnamed } = provenance.origin;
  return {
    submission: { ...submission, provenance: { ...provenance, origin: unnamed } },
    text: undefined,
    refused: { ...(before ?? { ...ERASED, identity: identityIn(text ?? '') }), erasure },
  };
}
