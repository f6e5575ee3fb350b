/**
 * A message carries its resource, or says where it is stored.
 *
 * A claim check is the JSON object `{"s3":{"bucket","key"}}`, with a `versionId` if its producer names one,
 * and nothing else. No FHIR resource has a property `s3`, so a body that begins like a claim check is
 * treated as one, and a bad one is rejected with a clear reason instead of being validated as a resource.
 *
 * A claim check makes us read an object because somebody asks for it. So it is accepted only for our own
 * bucket, and there only in the folder of the source that its sender proves (R51). Otherwise a producer
 * could have another's resource read, and stored under its own name. Objects of our own hops are named by
 * the envelope, which nobody but our roles can write. A claim check never names them, not even on our own
 * queues, because a producer's claim check is carried on unchanged.
 *
 * The bucket keeps versions. The version that was read is recorded in the claim check, so that every
 * attempt and every later reader gets the same bytes, whatever the producer puts over it.
 */
import { type ClaimCheck, claimCheckSchema, type Lane } from './messages.ts';
import { jsonForSqs } from './sqs-characters.ts';

/** Keys that producers write; each source has a folder there. */
export const SUBMISSIONS_PREFIX = 'submissions/';
/** Keys of bodies that did not fit into a message between our own queues; by lane. */
export const HOPS_PREFIX = 'hops/';

export const hopsOf = (lane: Lane) => `${HOPS_PREFIX}${lane}/` as const;
/** An object of our own that shows whether we can read at all. */
export const canaryKeyOf = (lane: Lane) => `${hopsOf(lane)}.canary`;

/** A label has at most 128 characters, so ASCII labels are never cut. S3 accepts 1,024 bytes. */
const FOLDER_CHARACTERS_MAX = 384;

/**
 * The folder of a source: its label, with all characters encoded that have a meaning in a key or a
 * policy.
 */
export function submissionsOf(source: string): string {
  const folder = encodeURIComponent(source.toWellFormed())
    .replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\.+$/, (dots) => '%2E'.repeat(dots.length));
  return `${SUBMISSIONS_PREFIX}${folder.slice(0, FOLDER_CHARACTERS_MAX)}/`;
}

export type BodyLocation = ClaimCheck['s3'];

export type Carriage =
  | { readonly kind: 'inline' }
  | {
      readonly kind: 'claim-check';
      readonly s3: BodyLocation;
      /** One of our hops put it there. */
      readonly isOurs: boolean;
    }
  /** `rule` is the stable name of the problem: `claim-check/key`. */
  | { readonly kind: 'refused'; readonly rule: string; readonly problem: string };

/** The message that asks to read an object. */
export interface Claimant {
  /** Name of our own bucket. */
  readonly bucket: string;
  /**
   * The source that the sender proves; undefined if none are configured, and the account is the only one.
   */
  readonly source: string | undefined;
  /** Where one of our hops stored the body, according to the envelope. */
  readonly laid?: BodyLocation | undefined;
  /**
   * Set during an upgrade: keys of former versions are accepted. Those of hops only on our own
   * queues.
   */
  readonly former?: { readonly hops: boolean } | undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const KEY_BYTES_MAX = 1024;
const FORMER_SUBMISSION = /^submissions\/[^/]+$/;
const FORMER_HOP = /^hops\/[^/]+\/[0-9a-f]{64}$/;

/**
 * Key and version have at most 1,024 characters, of six as escapes. A longer text is not parsed: nested deeply enough,
 * 10 MiB need 700 MB, in the thread that all messages share and before an attempt is on record (R62).
 */
const CLAIM_CHARACTERS_MAX = 64 * 1024;
const BEGINS_LIKE_ONE = /^\s*\{\s*"s3"\s*:/;

/** How a message carries its resource, if its sender may use that claim ({@link claimIn}). */
export function carriageOf(claimed: Carriage, claimant: Claimant): Carriage {
  const { bucket, source, laid, former } = claimant;
  if (laid !== undefined) return { kind: 'claim-check', s3: laid, isOurs: true };
  if (claimed.kind !== 'claim-check') return claimed;
  const { s3 } = claimed;
  if (s3.bucket !== bucket) {
    return refused('bucket', 'The claim check points to a bucket that is not ours');
  }
  if (!isSound(s3.key)) {
    return refused('key', "The claim check's key is none that S3 takes as it stands");
  }
  if (s3.versionId?.isWellFormed() === false) {
    return refused('version', "The claim check's version is none that S3 gives");
  }
  const folder = source === undefined ? SUBMISSIONS_PREFIX : submissionsOf(source);
  if (s3.key.startsWith(folder)) return claimed;
  if (former?.hops && FORMER_HOP.test(s3.key)) return { ...claimed, isOurs: true };
  if (former !== undefined && FORMER_SUBMISSION.test(s3.key)) return claimed;
  return refused('prefix', `The claim check's key does not begin with ${folder}`);
}

/** The claim check in a body, if it is one. Says nothing about permission. Never throws. */
export function claimIn(body: string): Carriage {
  if (!BEGINS_LIKE_ONE.test(body)) return { kind: 'inline' };
  const parsed = claimCheckSchema.safeParse(parseClaim(body));
  if (!parsed.success) return refused('shape', 'The claim check is not {"s3":{"bucket","key"}}');
  return { kind: 'claim-check', s3: parsed.data.s3, isOurs: false };
}

/** A key may hold characters that SQS refuses: its producer's claim check could write them otherwise. */
export function claimCheckTo(s3: BodyLocation): string {
  return jsonForSqs({ s3 } satisfies ClaimCheck);
}

/**
 * With the version that was read, which every later step names. A key of ours contains the hash of
 * its content.
 */
export function pinned(carriage: Carriage, versionId: string | undefined): Carriage {
  if (carriage.kind !== 'claim-check' || carriage.isOurs || versionId === undefined)
    return carriage;
  return { ...carriage, s3: { ...carriage.s3, versionId } };
}

/**
 * Whether a key is usable. The SDK cannot write some keys, and S3 refuses some; both would look
 * like a fault of our own and wait for ever. A key with path steps may leave its prefix.
 */
function isSound(key: string): boolean {
  const steps = key.split('/');
  const isPath = steps.includes('.') || steps.includes('..');
  return key.isWellFormed() && Buffer.byteLength(key) <= KEY_BYTES_MAX && !isPath;
}

function refused(what: string, problem: string): Carriage {
  return { kind: 'refused', rule: `claim-check/${what}`, problem };
}

function parseClaim(text: string): unknown {
  if (text.length > CLAIM_CHARACTERS_MAX) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
