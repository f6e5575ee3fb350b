/**
 * Whether what keeps an object from being read is the object itself. Two questions say so. Can our role
 * read an object of our own, under the stack's key? And is a key below the producers' prefix that
 * nobody has used answered by "not there", so that no policy denies it?
 *
 * The function that needs the object writes it, once it is missing: so it is there exactly where it is
 * needed, encrypted as the bucket does by default, and the deployment has no further asset, role or
 * custom resource. Below the producers' prefix nobody of ours may write, and no producer may where it
 * lies. One that cannot be read is not written anew: it may be the stack's former key that is gone.
 */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { canaryKeyOf } from '../core/message/claim-check.ts';
import type { Lane } from '../core/message/messages.ts';
import { type FetchedBody, fetchBody } from './bodies-bucket.ts';
import type { Machine } from './machine.ts';
import type { Bucket } from './places.ts';

const BYTES_MAX = 100;

/** Whether objects beside this one are. Never throws: what is not known is no. */
export async function submissionsAreReadable(
  machine: Pick<Machine, 'later' | 'randomId'>,
  bucket: Bucket,
  lane: Lane,
  key: string,
): Promise<boolean> {
  const { name, s3 } = bucket;
  const unused = key.replace(/[^/]*$/, machine.randomId());
  try {
    return (
      (await canary(machine, bucket, canaryKeyOf(lane))).kind === 'text' &&
      (await fetchBody({ ...machine, s3 }, { bucket: name, key: unused }, BYTES_MAX)).kind ===
        'missing'
    );
  } catch {
    return false;
  }
}

async function canary(
  { later }: Pick<Machine, 'later'>,
  bucket: Bucket,
  key: string,
): Promise<FetchedBody> {
  const { name, s3 } = bucket;
  const read = () => fetchBody({ s3, later }, { bucket: name, key }, BYTES_MAX);
  const found = await read();
  if (found.kind !== 'missing') return found;
  await bucket.s3.send(new PutObjectCommand({ Bucket: bucket.name, Key: key, Body: 'canary' }));
  return read();
}
