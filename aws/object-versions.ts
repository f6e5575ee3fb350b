/** Every version of the objects in a bucket, including what was overwritten and deleted. */
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { SUBMISSIONS_PREFIX } from '../core/message/claim-check.ts';
import { BODY_METADATA } from './bodies-bucket.ts';
import type { Bucket } from './handles.ts';
import { objectRefusal } from './object-refusal.ts';

export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  /** Epoch ms. */
  readonly modifiedAt: number;
  /** It is the one that is read by its key alone. */
  readonly isLatest: boolean;
}

/** All versions with content below a prefix; delete markers have none. */
export async function* versionsBelow(
  bucket: Bucket,
  prefix: string,
): AsyncGenerator<ObjectVersion[], void> {
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await bucket.s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket.name, Prefix: prefix, ...marker }),
    );
    yield (page.Versions ?? []).map(({ Key = '', VersionId = '', LastModified, IsLatest }) => ({
      key: Key,
      versionId: VersionId,
      modifiedAt: LastModified?.getTime() ?? 0,
      isLatest: IsLatest === true,
    }));
    if (page.IsTruncated !== true) return;
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

export interface VersionText {
  readonly text: string;
  /** What it says of the message whose body it is. Producers' objects and old ones say nothing. */
  readonly sentAt?: number | undefined;
  /** By {@link hashOfSource}. */
  readonly sources?: readonly string[] | undefined;
}

/**
 * The text of a version, whatever bytes it has. `refused`: S3 does not return an object of a producer, who may
 * have encrypted or archived it. Whether a key or a policy of ours is the reason shows only what is beside it.
 * @throws what else S3 says, and its refusal of an object that we stored: that is a fault of ours (R09)
 */
export async function readVersion(
  bucket: Bucket,
  { key, versionId }: ObjectVersion,
): Promise<'gone' | 'refused' | VersionText> {
  try {
    const { Body, Metadata } = await bucket.s3.send(
      new GetObjectCommand({ Bucket: bucket.name, Key: key, VersionId: versionId }),
    );
    const text = (await Body?.transformToString()) ?? '';
    const { [BODY_METADATA.sentAt]: sentAt, [BODY_METADATA.sources]: sources } = Metadata ?? {};
    const isTheirs = key.startsWith(SUBMISSIONS_PREFIX);
    if (isTheirs || sentAt === undefined || sources === undefined) return { text };
    return { text, sentAt: Number(sentAt), sources: sources.split(' ') };
  } catch (error) {
    if (error instanceof S3ServiceException && /^NoSuch(Key|Version)$/.test(error.name))
      return 'gone';
    if (key.startsWith(SUBMISSIONS_PREFIX) && objectRefusal(error) !== undefined) return 'refused';
    throw error;
  }
}

/** Permanently: no delete marker is created. */
export async function deleteVersion(
  bucket: Bucket,
  { key, versionId }: Pick<ObjectVersion, 'key' | 'versionId'>,
): Promise<void> {
  await bucket.s3.send(
    new DeleteObjectCommand({ Bucket: bucket.name, Key: key, VersionId: versionId }),
  );
}
