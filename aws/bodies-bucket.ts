/**
 * Bodies that are too large for a message or an item. Keys contain the hash of the content, so an object is
 * never changed, and writing it twice has no second effect. Its version is not recorded: after the second
 * write the first version is no longer the current one, and expires.
 */
import { hash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BodyLocation, hopsOf } from '../core/message/claim-check.ts';
import type { Origin } from '../core/message/messages.ts';
import type { Bucket } from './handles.ts';
import type { Machine } from './machine.ts';
import { type ObjectRefusal, objectRefusal } from './object-refusal.ts';

export type BodyPrefix = 'resources/' | 'quarantine/' | ReturnType<typeof hopsOf>;
/** A body in an item: the text itself, or where it is stored. */
export type PlacedBody = { readonly body: string } | { readonly bodyS3: BodyLocation };

export type FetchedBody =
  | { readonly kind: 'text'; readonly text: string; readonly versionId: string | undefined }
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'too-large';
      readonly bytes: number;
      readonly versionId: string | undefined;
    }
  | { readonly kind: 'not-utf8'; readonly versionId: string | undefined }
  /** The object itself is the reason if others are readable. Otherwise it is our fault: `cause`. */
  | { readonly kind: 'refused'; readonly refusal: ObjectRefusal; readonly cause: unknown };

/** What is needed to fetch a body, from any bucket. */
export interface BodySource extends Pick<Machine, 'later'> {
  readonly s3: S3Client;
}

/** Once the headers have arrived, no timeout of the SDK applies to the rest. */
const BODY_MS = 5_000;

/** The bucket began to answer, and did not end in time: a fault of our own (R09). */
export class BodyStalled extends Error {
  override readonly name = 'BodyStalled';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`the body did not arrive within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** Whose body it is. */
export type BodyOwner = Pick<Origin, 'messageId' | 'sentAt' | 'source' | 'claims'>;

/**
 * Metadata of a body, by which an erasure goes: when its message was sent (epoch ms), because the object may be
 * newer than the erasure; and from which source it may be, as hashes, because a label may hold any characters.
 */
export const BODY_METADATA = { sentAt: 'sent-at', sources: 'sources' } as const;

export const hashOfSource = (source: string) => hash('sha256', source);

/** Stores a body in the bucket and returns where. */
export async function putBody(
  bucket: Bucket,
  prefix: BodyPrefix,
  owner: BodyOwner,
  text: string,
): Promise<BodyLocation> {
  const key = `${prefix}${owner.messageId}/${hash('sha256', text)}`;
  await bucket.s3.send(
    new PutObjectCommand({
      Bucket: bucket.name,
      Key: key,
      Body: text,
      ContentType: 'application/fhir+json',
      Metadata: metadataOf(owner),
    }),
  );
  return { bucket: bucket.name, key };
}

const metadataOf = ({ sentAt, source, claims }: BodyOwner) => ({
  [BODY_METADATA.sentAt]: String(sentAt),
  [BODY_METADATA.sources]: [source, ...(claims?.source === undefined ? [] : [claims.source])]
    .map(hashOfSource)
    .join(' '),
});

/**
 * A quarantined body is written once and rarely read: from this size on an object is cheaper than an item's
 * write units, and a storm of rejections writes less into one table.
 */
const QUARANTINED_INLINE_BYTES_MAX = 8 * 1024;

/** Keeps a body inline if it has at most `room` bytes, otherwise stores it in the bucket first. */
export async function placeBody(
  bucket: Bucket,
  prefix: BodyPrefix,
  owner: BodyOwner,
  text: string,
  room: number,
): Promise<PlacedBody> {
  const most = prefix === 'quarantine/' ? Math.min(room, QUARANTINED_INLINE_BYTES_MAX) : room;
  if (Buffer.byteLength(text) <= most) return { body: text };
  return { bodyS3: await putBody(bucket, prefix, owner, text) };
}

/**
 * Reads a body of at most `bytesMax` bytes. S3 says that an object is missing only to a role that may list
 * the bucket; to others it says AccessDenied. Throws {@link BodyStalled} if it takes longer than
 * `timeoutMs`.
 */
export async function fetchBody(
  { s3, later }: BodySource,
  location: BodyLocation,
  bytesMax: number,
  timeoutMs = BODY_MS,
): Promise<FetchedBody> {
  try {
    const { bucket: Bucket, key: Key, versionId: VersionId } = location;
    const response = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    const versionId = response.VersionId;
    const bytes = response.ContentLength ?? Number.POSITIVE_INFINITY;
    if (bytes > bytesMax) {
      await response.Body?.transformToWebStream().cancel();
      return { kind: 'too-large', bytes, versionId };
    }
    return decode(await readWithin(response.Body, timeoutMs, later), versionId);
  } catch (error) {
    if (isMissing(error)) return { kind: 'missing' };
    const refusal = objectRefusal(error);
    if (refusal === undefined) throw error;
    return { kind: 'refused', refusal, cause: error };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof NoSuchKey || (error instanceof Error && error.name === 'NoSuchVersion');
}

/** A stream that stalls would hold its reader as long as the invocation lasts. */
async function readWithin(
  body: GetObjectCommandOutput['Body'],
  timeoutMs: number,
  later: Machine['later'],
): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  const callOff = later(timeoutMs, () => {
    reject(new BodyStalled(timeoutMs));
    if (body instanceof Readable) body.destroy();
  });
  try {
    return await Promise.race([body.transformToByteArray(), stalled]);
  } finally {
    callOff();
  }
}

function decode(bytes: Uint8Array, versionId: string | undefined): FetchedBody {
  try {
    // A byte order mark stays: a text must not become valid by its way through the bucket.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { kind: 'text', text, versionId };
  } catch {
    return { kind: 'not-utf8', versionId };
  }
}
