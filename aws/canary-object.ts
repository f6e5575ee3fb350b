/**
 * Whether an object cannot be read because of the object itself. Two questions answer that. Can our role
 * read an object of our own, under the stack's key? And does S3 answer "not found" for an unused key below
 * the producers' prefix, so that no policy denies it?
 *
 * The function that needs the canary writes it when it is missing. So it exists exactly where it is needed,
 * encrypted as the bucket does by default, and the deployment needs no further asset, role or custom
 * resource. None of our functions may write below the producers' prefix, and no producer may write where
 * the canary is. A canary that cannot be read is not written again: the stack's former key may be gone.
 */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { canaryKeyOf } from '../core/message/claim-check.ts';
import type { Lane } from '../core/message/messages.ts';
import { type FetchedBody, fetchBody } from './bodies-bucket.ts';
import type { Bucket } from './handles.ts';
import type { Machine } from './machine.ts';

const BYTES_MAX = 100;

/** Whether the objects beside this one are readable. Never throws: unknown means no. */
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
