import { createHash } from 'node:crypto';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { beforeAll, expect, test } from 'vitest';
import { testClients } from '../../../support/clients.ts';
import { useEmulators } from '../../../support/use-emulators.ts';

const Bucket = 'strict';
useEmulators();
beforeAll(async () => {
  await testClients().s3.send(new CreateBucketCommand({ Bucket }));
});

const put = (Key: string, how: Partial<PutObjectCommandInput> = {}) =>
  testClients().s3.send(new PutObjectCommand({ Bucket, Key, Body: 'text', ...how }));
const refused = (name: string) => ({ name, $metadata: { httpStatusCode: 400 } });

test.each([
  ['one byte', 'k'.repeat(1_024), 'k'],
  ['two bytes', 'ä'.repeat(512), 'ä'],
])('a key of characters with %s may have 1,024 bytes, as in S3', async (_, key, more) => {
  await put(key);
  await expect(put(key + more)).rejects.toMatchObject(refused('KeyTooLongError'));
  const get = new GetObjectCommand({ Bucket, Key: key + more });
  await expect(testClients().s3.send(get)).rejects.toMatchObject(refused('KeyTooLongError'));
});

const digest = (algorithm: string, text = 'text') =>
  createHash(algorithm).update(text).digest('base64');

test.each([
  ['ContentMD5', digest('md5'), digest('md5', 'other')],
  ['ChecksumSHA256', digest('sha256'), digest('sha256', 'other')],
  ['ChecksumSHA1', digest('sha1'), digest('sha1', 'other')],
  ['ChecksumCRC32', 'O4unxw==', 'AAAAAA=='],
])('a body that is not what its %s says is refused', async (name, right, wrong) => {
  await put('digest', { [name]: right });
  await expect(put('digest', { [name]: wrong })).rejects.toMatchObject(refused('BadDigest'));
  const other = put('digest', { [name]: right, Body: 'texts' });
  await expect(other).rejects.toMatchObject(refused('BadDigest'));
});

test('a part of an object is refused for its checksum too', async () => {
  const part = { Bucket, Key: 'parts', UploadId: 'u', PartNumber: 1, Body: 'text' };
  const command = new UploadPartCommand({ ...part, ContentMD5: digest('md5', 'other') });
  await expect(testClients().s3.send(command)).rejects.toMatchObject(refused('BadDigest'));
});

test('metadata may have 2 KB with its names', async () => {
  await put('metadata', { Metadata: { a: 'x'.repeat(1_000), bc: 'x'.repeat(1_045) } });
  const tooMuch = put('metadata', { Metadata: { a: 'x'.repeat(1_000), bc: 'x'.repeat(1_046) } });
  await expect(tooMuch).rejects.toMatchObject(refused('MetadataTooLarge'));
});
