/** The verdict on what was loaded of one submission. */
import { identityStoredBy } from '../../aws/stored-messages.ts';
import { identityIn } from '../../core/message/resource-identity.ts';
import type { Identity } from '../../core/message/verdict.ts';
import type { SenderProblem } from '../../core/source/sources.ts';
import type { IsolatedValidator, VerdictOrNone } from './isolated-validator.ts';
import { mayCarry } from './load-body.ts';
import type { Loaded } from './loaded.ts';
import type { ValidateParts } from './parts.ts';
import { issueOf, publishRefused } from './refusals.ts';
import { isFirst, type Submission } from './submission.ts';

/** A verdict, or why there is none, with its submission. */
export interface Validated extends Pick<Loaded, 'submission' | 'text'> {
  readonly verdict: VerdictOrNone;
  /** Set if it is invalid because its sender may not send it. */
  readonly refusal?: SenderProblem | undefined;
  /** Set if nothing of it may be stored. */
  readonly erasure?: number | undefined;
}

/** A refused message is invalid without being validated. */
export async function validateLoaded(
  parts: ValidateParts,
  loaded: Loaded,
  place: IsolatedValidator,
): Promise<Validated> {
  const { traces } = parts;
  const { submission, text, refused } = loaded;
  if (refused?.problem !== undefined) return refuse(parts, loaded, refused.problem);
  if (refused !== undefined) {
    const { issue, erasure, identity } = refused;
    return {
      submission,
      text,
      erasure,
      verdict: { kind: 'invalid', ...identity, issues: [issue] },
    };
  }
  const verdict = await traces.inSpan({ name: 'validate' }, async () => {
    const found = await validateText(parts, place, text, submission);
    traces.say({ verdict: found.kind, ...(found.kind === 'crash' && { crash: found.crash }) });
    return found;
  });
  // A text may contain its type twice; the type that the validator read counts.
  if (verdict.kind === 'valid' && !mayCarry(parts, submission, () => verdict.resourceType)) {
    return refuse(parts, loaded, 'resource-type');
  }
  return { submission, text, verdict };
}

/** With the validator and the plugins that are on. */
function validateText(
  { switches }: ValidateParts,
  place: IsolatedValidator,
  text: string,
  { provenance }: Submission,
): Promise<VerdictOrNone> {
  const { messageId, sentAt: submittedAt, source } = provenance.origin;
  return switches === undefined
    ? place.validate(text, submittedAt, undefined, { source })
    : switches.validate(place, { text, submittedAt, messageId, source });
}

async function refuse(
  parts: ValidateParts,
  loaded: Loaded,
  refusal: SenderProblem,
): Promise<Validated> {
  const { submission, text, refused } = loaded;
  await publishRefused(parts, submission, refusal);
  const identity = await perhapsStored(parts, loaded, refusal);
  const issues = [issueOf(refusal)];
  const erasure = refused?.erasure;
  return { submission, text, verdict: { kind: 'invalid', ...identity, issues }, refusal, erasure };
}

/**
 * What it is, if an earlier delivery may have stored it: its source was below its rate then, or might still send it (R04).
 * SQS may call a delivery the first that is not, and the rate asks only first ones.
 */
async function perhapsStored(
  parts: ValidateParts,
  { submission, text }: Loaded,
  refusal: SenderProblem,
): Promise<Identity | undefined> {
  if (refusal !== 'rate' && isFirst(parts, submission)) return undefined;
  const { record, carriage, provenance } = submission;
  const isElsewhere = text === undefined && carriage.kind === 'claim-check';
  return isElsewhere
    ? identityStoredBy(parts.resourcesTable, provenance.origin)
    : identityIn(text ?? record.body);
}
