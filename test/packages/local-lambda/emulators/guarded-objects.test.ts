import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { beforeAll, expect, test } from 'vitest';
import { testClients } from '../../../support/clients.ts';
import { useEmulators } from '../../../support/use-emulators.ts';

const Bucket = 'guarded';
useEmulators();
beforeAll(async () => {
  await testClients().s3.send(new CreateBucketCommand({ Bucket }));
});

const put = (Key: string, how: Partial<PutObjectCommandInput> = {}) =>
  testClients().s3.send(new PutObjectCommand({ Bucket, Key, Body: 'text', ...how }));
async function read(Key: string): Promise<string | undefined> {
  const { Body } = await testClients().s3.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}
const refused = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

test.each([
  [
    { SSECustomerAlgorithm: 'AES256', SSECustomerKey: Buffer.alloc(32).toString('base64') },
    refused('InvalidRequest', 400),
  ],
  [{ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'theirs' }, refused('AccessDenied', 403)],
  [{ StorageClass: 'GLACIER' }, refused('InvalidObjectState', 403)],
] as const)(
  'an object that was put with %j is not readable until it is put again',
  async (how, error) => {
    await put('object', how);
    await expect(read('object')).rejects.toMatchObject(error);
    await put('object');
    expect(await read('object')).toBe('text');
  },
);

test('a policy denies reads below a prefix as long as it exists', async () => {
  await put('a/1');
  await put('b/1');
  const Resource = `arn:aws:s3:::${Bucket}/a/*`;
  const Statement = [{ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource }];
  const Policy = JSON.stringify({ Statement });
  await testClients().s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  await expect(read('a/1')).rejects.toMatchObject(refused('AccessDenied', 403));
  expect(await read('b/1')).toBe('text');
  await testClients().s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  expect(await read('a/1')).toBe('text');
});
