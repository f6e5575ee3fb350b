/** Objects of facts and of what is made of them. Writing one again writes the same content. */
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { splitList } from '../core/message/split-list.ts';
import type { Bucket } from './handles.ts';

/** A limit of S3. */
const DELETIONS_MAX = 1_000;

export async function putObject(
  bucket: Bucket,
  key: string,
  body: Uint8Array | string,
  contentType: string,
): Promise<void> {
  // Without its length the SDK warns of an empty body, as of a stream whose length it does not know.
  const content = { Body: body, ContentLength: Buffer.byteLength(body), ContentType: contentType };
  await bucket.s3.send(new PutObjectCommand({ Bucket: bucket.name, Key: key, ...content }));
}

/** All keys under a prefix, in their order. */
export async function keysUnder(bucket: Bucket, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of paginateListObjectsV2(
    { client: bucket.s3 },
    { Bucket: bucket.name, Prefix: prefix },
  )) {
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
  }
  return keys;
}

export async function readObject(bucket: Bucket, key: string): Promise<Uint8Array> {
  const { Body } = await bucket.s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

/** S3 did not delete what it was asked to. */
class NotDeleted extends Error {
  override readonly name = 'NotDeleted';
  readonly code: string;

  constructor(code: string) {
    super(`not deleted: ${code}`);
    this.code = code;
  }
}

export async function deleteObjects(bucket: Bucket, keys: readonly string[]): Promise<void> {
  for (const some of splitList(keys, DELETIONS_MAX)) {
    const Objects = some.map((Key) => ({ Key }));
    const { Errors = [] } = await bucket.s3.send(
      new DeleteObjectsCommand({ Bucket: bucket.name, Delete: { Objects, Quiet: true } }),
    );
    const [failed] = Errors;
    if (failed !== undefined) throw new NotDeleted(failed.Code ?? 'unknown');
  }
}
