/** Takes a stack away, with what its buckets hold: a bucket that is not empty is not deleted. */
import { CloudFormationClient, ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  NoSuchBucket,
  S3Client,
} from '@aws-sdk/client-s3';
import { cdk } from './cdk.ts';

/**
 * Empties the buckets of the stack and destroys it by the CDK. What is not there is not missed.
 * @param assembly where the stack is synthesized
 * @throws CdkFailed
 */
export async function destroyStack(options: {
  stackName: string;
  assembly: string;
  env: NodeJS.ProcessEnv;
  quiet?: boolean;
}): Promise<void> {
  const { stackName, assembly, env, quiet = false } = options;
  for (const bucket of await bucketsOf(stackName)) await emptyBucket(bucket);
  await cdk(['destroy', '--app', assembly, '--force'], { env, quiet });
}

async function bucketsOf(StackName: string): Promise<string[]> {
  const client = new CloudFormationClient({});
  const answer = await client.send(new ListStackResourcesCommand({ StackName })).catch((error) => {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  });
  return (answer?.StackResourceSummaries ?? []).flatMap(({ ResourceType, PhysicalResourceId }) =>
    ResourceType === 'AWS::S3::Bucket' && PhysicalResourceId ? [PhysicalResourceId] : [],
  );
}

/** Deletes the first page of versions until there is none. */
async function emptyBucket(Bucket: string): Promise<void> {
  const client = new S3Client({ forcePathStyle: true });
  try {
    while (true) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket }));
      const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(
        ({ Key, VersionId }) => (Key === undefined ? [] : [{ Key, VersionId }]),
      );
      if (Objects.length === 0) return;
      const Delete = { Objects, Quiet: true };
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
      const [first] = Errors;
      // An object under a lock stays, and would come back on every page.
      if (first) throw new Error(`${Bucket}/${first.Key}: ${first.Message ?? first.Code}`);
    }
  } catch (error) {
    if (!(error instanceof NoSuchBucket)) throw error;
  }
}
