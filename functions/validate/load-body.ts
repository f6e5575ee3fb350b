/** The resource of a submission, wherever it is stored, or why it is refused. */

import { type FetchedBody, fetchBody } from '../../aws/bodies-bucket.ts';
import { submissionsAreReadable } from '../../aws/canary-object.ts';
import type { ObjectRefusal } from '../../aws/object-refusal.ts';
import { storedRow } from '../../aws/resources-table.ts';
import { identityStoredBy } from '../../aws/stored-messages.ts';
import { type BodyLocation, claimIn, pinned } from '../../core/message/claim-check.ts';
import { decideIds } from '../../core/message/correlation.ts';
import type { Origin } from '../../core/message/messages.ts';
import { problemRule } from '../../core/message/rejection-reason.ts';
import { identityIn, resourceTypeOf } from '../../core/message/resource-identity.ts';
import type { Identity } from '../../core/message/verdict.ts';
import { largestOf, mayBeOfType, type SenderProblem } from '../../core/source/sources.ts';
import { type Loaded, MISSING, type Refused } from './loaded.ts';
import type { ValidateParts } from './parts.ts';
import { issueOf } from './refusals.ts';
import { refuseErased } from './refuse-erased.ts';
import { isFirst, type Submission } from './submission.ts';

/**
 * Throws if the bucket cannot be read, which is a fault of our infrastructure. So is an object that S3
 * refuses while it also refuses our canary. A missing object is not: producers write the object first
 * and S3 is consistent, so it will not appear later.
 */
export async function loadBody(parts: ValidateParts, submission: Submission): Promise<Loaded> {
  return refuseErased(parts, await load(parts, submission));
}

async function load(parts: ValidateParts, submission: Submission): Promise<Loaded> {
  const { provenance, refusal } = submission;
  const unread = (refused: Refused): Loaded => ({ submission, text: undefined, refused });
  if (refusal !== undefined) return unread(unlawful(refusal));
  const { problem } = provenance;
  if (problem !== undefined) return unread(bad('invalid', problem, problemRule(problem)));
  const loaded = await read(parts, submission);
  const { text } = loaded;
  const isUnlawful = text !== undefined && !mayCarry(parts, submission, () => resourceTypeOf(text));
  return isUnlawful ? { ...loaded, refused: unlawful('resource-type') } : loaded;
}

/** Whether its source may send this resource. The type is read only if the config limits types. */
export function mayCarry(
  { senders }: ValidateParts,
  { provenance }: Submission,
  type: () => string | undefined,
): boolean {
  const source = senders.rules?.known[provenance.origin.source];
  return source?.resourceTypes === undefined || mayBeOfType(source, type());
}

async function read(parts: ValidateParts, submission: Submission): Promise<Loaded> {
  const { settings, senders } = parts;
  const { record, provenance, carriage } = submission;
  const unread = (refused: Refused): Loaded => ({ submission, text: undefined, refused });
  if (carriage.kind === 'inline') return { submission, text: record.body };
  if (carriage.kind === 'refused') return unread(bad('security', carriage.problem, carriage.rule));
  const { s3, isOurs } = carriage;
  const largest = largestOf(senders.rules?.known[provenance.origin.source]);
  const bytesMax = Math.min(settings.resourceBytesMax, largest);
  const fetched = await fetchTheirs(parts, s3, { bytesMax, isOurs });
  if (fetched.kind === 'missing') {
    const refused = bad('not-found', "The claim check's object does not exist", MISSING);
    const identity = await identityStoredBy(parts.resourcesTable, provenance.origin);
    return unread({ ...refused, identity });
  }
  const identity = await storedBefore(parts, submission);
  if (fetched.kind === 'refused') {
    const refused = bad(...REFUSALS[fetched.refusal], `claim-check/${fetched.refusal}`);
    return unread({ ...refused, identity });
  }
  const read = { ...submission, carriage: pinned(carriage, fetched.versionId) };
  if (fetched.kind !== 'text') {
    const refused = asRead(fetched, settings.resourceBytesMax);
    return { ...unread({ ...refused, identity }), submission: read };
  }
  const { text } = fetched;
  if (isAnother(identity, text, provenance.origin)) {
    return { ...unread({ ...REPLACED, identity }), submission: read };
  }
  const origin = decideIds(provenance.origin, text);
  const decided = { ...read, provenance: { ...provenance, origin } };
  const refused = claimed(text);
  return { submission: decided, text, ...(refused && { refused }) };
}

const REPLACED = bad(
  'conflict',
  "The claim check's object was replaced after its resource was stored",
  'claim-check/replaced',
);

/**
 * What an earlier delivery has stored, if the claim check names no version: its producer may have put something else
 * over the object since. That ending stays: the message must not be stored as two resources, nor rejected too (R04).
 */
async function storedBefore(
  parts: ValidateParts,
  submission: Submission,
): Promise<Identity | undefined> {
  const { resourcesTable } = parts;
  const { carriage, provenance } = submission;
  const { origin } = provenance;
  const isOpen = carriage.kind === 'claim-check' && !carriage.isOurs && !carriage.s3.versionId;
  if (!isOpen || isFirst(parts, submission)) return undefined;
  const identity = await identityStoredBy(resourcesTable, origin);
  if (identity?.resourceType === undefined) return undefined;
  // The index may be late, and something newer may be there.
  const stored = await storedRow(resourcesTable, origin, identity.resourceType, identity.id);
  return stored === undefined ? undefined : identity;
}

function isAnother(stored: Identity | undefined, text: string, { messageId }: Origin): boolean {
  const { resourceType, id = messageId } = identityIn(text);
  return stored !== undefined && (stored.resourceType !== resourceType || stored.id !== id);
}

/**
 * A refusal counts only if S3 refuses again after other objects could be read: the key may have
 * been disabled for a moment. Throws if the others cannot be read.
 */
async function fetchTheirs(
  parts: ValidateParts,
  s3: BodyLocation,
  { bytesMax, isOurs }: { readonly bytesMax: number; readonly isOurs: boolean },
): Promise<FetchedBody> {
  const fetched = await fetchBody(parts.bodies, s3, bytesMax);
  if (fetched.kind !== 'refused') return fetched;
  // Objects elsewhere were put there by our own code.
  const isTheirs = !isOurs && (await areReadableBeside(parts, s3));
  if (!isTheirs) throw fetched.cause;
  return fetchBody(parts.bodies, s3, bytesMax);
}

function areReadableBeside(
  parts: ValidateParts,
  { bucket: name, key }: BodyLocation,
): Promise<boolean> {
  const { lane, bucket } = parts;
  return submissionsAreReadable(parts, { ...bucket, name }, lane, key);
}

/** Issue code and text for what the producer did wrong with an object. */
const REFUSALS: Readonly<Record<ObjectRefusal, readonly [code: string, text: string]>> = {
  forbidden: ['forbidden', "The claim check's object may not be read: S3 denies access to it"],
  archived: ['not-supported', "The claim check's object is archived"],
  encrypted: ['not-supported', "The claim check's object is encrypted with a key of its sender's"],
  unreadable: ['not-supported', "S3 does not hand out the claim check's object"],
};

function asRead(
  fetched: Extract<FetchedBody, { kind: 'too-large' | 'not-utf8' }>,
  bytesMax: number,
): Refused {
  if (fetched.kind === 'not-utf8') {
    return bad('invalid', 'The resource is not UTF-8', 'claim-check/not-utf8');
  }
  const { bytes } = fetched;
  if (bytes <= bytesMax) return unlawful('size');
  const most = `the limit is ${bytesMax}`;
  return bad('too-long', `The resource has ${bytes} bytes, ${most}`, 'claim-check/too-large');
}

/**
 * A claim check points to a resource, not to another claim check. A bad claim check that did not fit
 * into its hop is itself stored in the bucket, and is refused as before.
 */
function claimed(text: string): Refused | undefined {
  const claim = claimIn(text);
  if (claim.kind === 'inline') return undefined;
  if (claim.kind === 'refused') return bad('security', claim.problem, claim.rule);
  const problem = 'The claim check points to another claim check';
  return bad('security', problem, 'claim-check/another-claim-check');
}

function bad(code: string, text: string, rule: string): Refused {
  return { issue: { severity: 'error', code, text, rule } };
}

function unlawful(problem: SenderProblem): Refused {
  return { issue: issueOf(problem), problem };
}
