/**
 * A message may carry its resource, or say where it lies.
 *
 * A claim check is the JSON object `{"s3":{"bucket","key"}}` and nothing else. No FHIR resource
 * has a property `s3`, so a body that begins like one is meant as one, and a bad one is rejected
 * with a clear reason instead of being validated as a resource.
 *
 * A claim check makes us read an object on somebody's word, so it is honoured only in our own
 * bucket, and only where producers and our own hops put bodies: else a producer could have
 * another's quarantined resource read, and stored under its own name.
 */
import { type ClaimCheck, claimCheckSchema } from './messages.ts';

/** Keys that producers write. */
export const SUBMISSIONS_PREFIX = 'submissions/';
/** Keys of bodies that no longer fitted into a message on the way between our own queues. */
export const HOPS_PREFIX = 'hops/';
/** An object of our own, by which it is known whether we can read at all. */
export const CANARY_KEY = `${HOPS_PREFIX}.canary`;

export type Carriage =
  | { readonly kind: 'inline' }
  | { readonly kind: 'claim-check'; readonly claimCheck: ClaimCheck }
  /** `rule` names the problem for good: `claim-check/key`. */
  | { readonly kind: 'refused'; readonly rule: string; readonly problem: string };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const KEY_BYTES_MAX = 1024;

const BEGINS_LIKE_ONE = /^\s*\{\s*"s3"\s*:/;

/** How a body carries its resource, given the name of our own bucket. Never throws. */
export function readCarriage(body: string, ownBucket: string): Carriage {
  if (!BEGINS_LIKE_ONE.test(body)) return { kind: 'inline' };
  const parsed = claimCheckSchema.safeParse(parseJson(body));
  if (!parsed.success) return refused('shape', 'The claim check is not {"s3":{"bucket","key"}}');
  const { bucket, key } = parsed.data.s3;
  if (bucket !== ownBucket) {
    return refused('bucket', 'The claim check points to a bucket that is not ours');
  }
  if (!key.startsWith(SUBMISSIONS_PREFIX) && !key.startsWith(HOPS_PREFIX)) {
    return refused('prefix', `The claim check's key does not begin with ${SUBMISSIONS_PREFIX}`);
  }
  if (!isSound(key))
    return refused('key', "The claim check's key is none that S3 takes as it stands");
  return { kind: 'claim-check', claimCheck: parsed.data };
}

/**
 * A key that the SDK cannot write, or S3 refuses, would look like a fault of our own and wait for
 * ever; one with steps of a path may lead out of its prefix.
 */
function isSound(key: string): boolean {
  const steps = key.split('/');
  const isPath = steps.includes('.') || steps.includes('..');
  return key.isWellFormed() && Buffer.byteLength(key) <= KEY_BYTES_MAX && !isPath;
}

function refused(what: string, problem: string): Carriage {
  return { kind: 'refused', rule: `claim-check/${what}`, problem };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
