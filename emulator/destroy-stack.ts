/** Deletes a stack, with the content of its buckets: a bucket that is not empty cannot be deleted. */
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import { emptyBucket } from '../aws/empty-bucket.ts';
import { readAssembly } from '../packages/local-lambda/template/assembly.ts';
import { cdk } from './cdk.ts';
import type { SynthesizedStack } from './deploy-stack.ts';

/**
 * Empties the buckets of the stack and destroys it by the CDK. False if there is no such stack. Throws
 * CdkFailed.
 */
export async function destroyStack(options: {
  stack: SynthesizedStack;
  env: NodeJS.ProcessEnv;
  quiet?: boolean;
}): Promise<boolean> {
  const { stack, env, quiet = false } = options;
  const buckets = await bucketsOf(stack);
  if (buckets === undefined) return false;
  const s3 = new S3Client({ forcePathStyle: true });
  for (const bucket of buckets) await emptyBucket(s3, bucket);
  await cdk(['destroy', '--app', stack.directory, '--force'], { env, quiet });
  return true;
}

/** Names of the buckets that go with the stack; undefined if there is no such stack. */
async function bucketsOf({
  stackName: StackName,
  directory,
}: SynthesizedStack): Promise<string[] | undefined> {
  const { template } = await readAssembly(directory);
  const stays = (logicalId = '') => template.Resources[logicalId]?.DeletionPolicy === 'Retain';
  const client = new CloudFormationClient({});
  const answer = await client
    .send(new DescribeStackResourcesCommand({ StackName }))
    .catch((error: unknown) => {
      if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
      throw error;
    });
  return answer?.StackResources?.flatMap(
    ({ ResourceType, LogicalResourceId, PhysicalResourceId }) =>
      ResourceType === 'AWS::S3::Bucket' && PhysicalResourceId && !stays(LogicalResourceId)
        ? [PhysicalResourceId]
        : [],
  );
}
