import { S3ServiceException } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { objectRefusal } from '../../aws/object-refusal.ts';

const error = (name: string, httpStatusCode: number) =>
  new S3ServiceException({ name, $fault: 'client', $metadata: { httpStatusCode } });

test.each([
  ['AccessDenied', 403, 'forbidden'],
  ['KMS.DisabledException', 400, 'forbidden'],
  ['KMS.NotFoundException', 400, 'forbidden'],
  ['InvalidObjectState', 403, 'archived'],
  ['InvalidRequest', 400, 'encrypted'],
  ['MethodNotAllowed', 405, 'unreadable'],
  ['InvalidArgument', 400, 'unreadable'],
] as const)('%s (%i) may be caused by the object itself', (name, status, refusal) => {
  expect(objectRefusal(error(name, status))).toBe(refusal);
});

test.each([
  ['SlowDown', 503],
  ['InternalError', 500],
  ['ThrottlingException', 400],
  ['KMS.ThrottlingException', 400],
  ['TooManyRequests', 429],
  ['RequestTimeout', 400],
  ['RequestTimeTooSkewed', 403],
  ['ExpiredToken', 400],
  ['InvalidAccessKeyId', 403],
  ['SignatureDoesNotMatch', 403],
  ['NoSuchBucket', 404],
  ['PermanentRedirect', 301],
])('R09: %s (%i) is a fault of our own', (name, status) => {
  expect(objectRefusal(error(name, status))).toBeUndefined();
});

test('R09: a missing answer of S3 is a fault of our own', () => {
  expect(objectRefusal(new Error('ECONNRESET'))).toBeUndefined();
  expect(objectRefusal(error('AccessDenied', 0))).toBeUndefined();
});
