import { BucketAlreadyOwnedByYou, CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';

/** Creates the buckets that do not exist yet. */
export async function provisionBuckets(s3: S3Client, names: string[]): Promise<void> {
  await Promise.all(
    names.map(async (name) => {
      try {
        await s3.send(new CreateBucketCommand({ Bucket: name }));
      } catch (error) {
        if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
      }
    }),
  );
}
