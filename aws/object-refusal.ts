/**
 * Why S3 refuses to return an object. A producer may cause each of these: by a key that we may not use, by
 * a key that only the producer has (SSE-C), by a storage class that has to be restored first. A broken
 * policy of our own looks like the first, so the caller must check a canary before it blames the object.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { S3ServiceException } from '@aws-sdk/client-s3';

export type ObjectRefusal = 'forbidden' | 'archived' | 'encrypted' | 'unreadable';

/** Errors about the request, the caller or the bucket, never about the object. */
const NOT_ITS_OWN =
  /Throttl|SlowDown|Timeout|TooMany|LimitExceeded|TimeTooSkewed|Token|AccessKey|Signature|Credential|Bucket|Redirect|Authorization|Account/i;

/** Undefined if the object is not the reason: a fault of our own (R09). */
export function objectRefusal(error: unknown): ObjectRefusal | undefined {
  if (!(error instanceof S3ServiceException)) return undefined;
  const { name, $metadata } = error;
  const status = $metadata.httpStatusCode ?? 0;
  if (status < 400 || status === 408 || status === 429 || status >= 500) return undefined;
  if (NOT_ITS_OWN.test(name)) return undefined;
  if (name === 'InvalidObjectState') return 'archived';
  if (status === 403 || name.startsWith('KMS.')) return 'forbidden';
  return status === 400 && name === 'InvalidRequest' ? 'encrypted' : 'unreadable';
}
