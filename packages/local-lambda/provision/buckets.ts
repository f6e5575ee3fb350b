import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { BucketPlan } from '../template/plan.ts';

/** Creates the buckets that do not exist yet. */
export async function provisionBuckets(s3: S3Client, plans: BucketPlan[]): Promise<void> {
  await Promise.all(
    plans.map(async ({ name: Bucket, properties }) => {
      const ObjectLockEnabledForBucket = properties.ObjectLockEnabled;
      try {
        await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket }));
      } catch (error) {
        if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
      }
      const { VersioningConfiguration } = properties;
      if (VersioningConfiguration !== undefined) {
        await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      }
    }),
  );
}
