/**
 * An object of our own under each prefix that claim checks point to. Where it can be read, our role, the
 * stack's key and the bucket's policy are in order, and what keeps another object from being read is that
 * object itself.
 *
 * The function that needs it writes it, once it is missing or somebody put something else in its place: so it
 * is there exactly where it is needed, encrypted as the bucket does by default, and the deployment has
 * no further asset, role or custom resource.
 */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CANARY } from '../../core/claim-check.ts';
import { type BodyLocation, fetchBody } from './bodies-bucket.ts';
import { s3 } from './clients.ts';

const BYTES_MAX = 100;

/** Whether an object of our own can be read beside that one. Never throws: what is not known is no. */
export async function canaryIsReadable({ bucket, key }: BodyLocation): Promise<boolean> {
  const canary = { bucket, key: `${key.slice(0, key.indexOf('/') + 1)}${CANARY}` };
  try {
    if (await isReadable(canary)) return true;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: canary.key, Body: CANARY }));
    return await isReadable(canary);
  } catch {
    return false;
  }
}

async function isReadable(canary: BodyLocation): Promise<boolean> {
  return (await fetchBody(canary, BYTES_MAX)).kind === 'text';
}
