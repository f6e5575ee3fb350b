/**
 * The objects of the audit log: a batch of entries each, under Object Lock. A put succeeds only if there is
 * no object yet, and only the first version of an object counts, which nobody can change.
 */
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { prefixOf } from '../core/audit/audit-keys.ts';
import type { AuditObject } from '../core/audit/audit-verification.ts';
import type { Bucket } from './handles.ts';

export interface ListedObject {
  readonly key: string;
  /** Undefined if every version was deleted, which the lock should not allow. */
  readonly firstVersion?: string;
  /** Number of later versions and delete markers. */
  readonly later: number;
}

/** False if there is already an object with this key. */
export async function putBatch(bucket: Bucket, key: string, text: string): Promise<boolean> {
  try {
    await bucket.s3.send(
      new PutObjectCommand({
        Bucket: bucket.name,
        Key: key,
        Body: text,
        ContentType: 'application/x-ndjson',
        IfNoneMatch: '*',
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof S3ServiceException && isTaken(error)) return false;
    throw error;
  }
}

/** Status 409: another writer is writing it now. The caller then reads the result. */
const isTaken = ({ $metadata }: S3ServiceException) =>
  $metadata.httpStatusCode === 412 || $metadata.httpStatusCode === 409;

/** All objects of a chain after a key, in the order of their keys. */
export async function* objectsOf(
  bucket: Bucket,
  chain: string,
  after = '',
): AsyncGenerator<ListedObject, void> {
  let pending: Found | undefined;
  for await (const page of pagesOf(bucket, chain, after)) {
    // The versions of one key may continue on the next page.
    const [first, ...others] = foundIn(page);
    const found = first && pending?.key === first.key ? [merged(pending, first)] : [pending, first];
    const all = [...found, ...others].filter((one) => one !== undefined);
    pending = all.pop();
    yield* all.map(listed);
  }
  if (pending !== undefined) yield listed(pending);
}

interface Found {
  readonly key: string;
  /** Versions, newest first. */
  readonly versions: readonly string[];
  readonly deletions: number;
}

async function* pagesOf(
  bucket: Bucket,
  chain: string,
  after: string,
): AsyncGenerator<ListObjectVersionsCommandOutput, void> {
  const input = { Bucket: bucket.name, Prefix: prefixOf(chain) };
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } =
    after === '' ? {} : { KeyMarker: after };
  for (;;) {
    const page = await bucket.s3.send(new ListObjectVersionsCommand({ ...input, ...marker }));
    yield page;
    if (page.IsTruncated !== true) return;
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

function foundIn({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): Found[] {
  const keys = new Set([...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key));
  return [...keys].sort().map((key) => ({
    key,
    versions: Versions.filter(({ Key }) => Key === key).map(({ VersionId = 'null' }) => VersionId),
    deletions: DeleteMarkers.filter(({ Key }) => Key === key).length,
  }));
}

const merged = (before: Found, more: Found): Found => ({
  key: before.key,
  versions: [...before.versions, ...more.versions],
  deletions: before.deletions + more.deletions,
});

function listed({ key, versions, deletions }: Found): ListedObject {
  const firstVersion = versions.at(-1);
  if (firstVersion === undefined) return { key, later: deletions };
  return { key, firstVersion, later: versions.length - 1 + deletions };
}

/** The object as it was first written. */
export async function readFirst(
  bucket: Bucket,
  { key, firstVersion }: Pick<ListedObject, 'key' | 'firstVersion'>,
): Promise<AuditObject> {
  if (firstVersion === undefined) return { key, gone: true };
  const { Body } = await bucket.s3.send(
    new GetObjectCommand({ Bucket: bucket.name, Key: key, VersionId: firstVersion }),
  );
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  return { key, text: decoded(bytes) };
}

/** Strict decoding: a changed byte must not read as if it were right. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
