/** All versions of all objects of a bucket: S3 deletes no bucket that holds one. */
import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  NoSuchBucket,
  type S3Client,
} from '@aws-sdk/client-s3';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const PASSING: readonly string[] = ['InternalError', 'ServiceUnavailable', 'SlowDown'];

/** Deletes page by page, as long as it may go on. @returns whether the bucket is empty, or gone */
export async function emptyBucket(
  s3: S3Client,
  Bucket: string,
  mayGoOn: () => boolean = () => true,
): Promise<boolean> {
  try {
    while (mayGoOn()) {
      const page = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(
        ({ Key, VersionId }) => (Key === undefined ? [] : [{ Key, VersionId }]),
      );
      if (Objects.length === 0) return true;
      const Delete = { Objects, Quiet: true };
      const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
      // A locked object stays, and would come back on every page. One that S3 was too busy for is on the next.
      const kept = Errors.find(({ Code = '' }) => !PASSING.includes(Code));
      if (kept) throw new VersionKept(Bucket, kept.Code);
    }
    return false;
  } catch (error) {
    if (error instanceof NoSuchBucket) return true;
    throw error;
  }
}

/** S3 does not delete a version. It is not named: a key may name somebody (R08). */
class VersionKept extends Error {
  override readonly name = 'VersionKept';

  constructor(bucket: string, code = 'no reason') {
    super(`${bucket}: a version of an object is not deleted: ${code}`);
  }
}
