/** A policy of a bucket that lets nobody read below a prefix. */
import { DeleteBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { testClients } from './clients.ts';

/** @returns what takes the policy away again */
export async function denyReads(Bucket: string, prefix: string): Promise<() => Promise<unknown>> {
  const Resource = `arn:aws:s3:::${Bucket}/${prefix}*`;
  const Statement = [{ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource }];
  const { s3 } = testClients();
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Statement }) }));
  return () => s3.send(new DeleteBucketPolicyCommand({ Bucket }));
}
