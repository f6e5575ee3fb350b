/** Deletes a stack, with the content of its buckets: a bucket that is not empty cannot be deleted. */
import { emptyBucket } from '../aws/empty-bucket.ts';
import { liveClients } from '../aws/live/live-property.ts';
import { stackResources } from '../aws/live/stack.ts';
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
  const { stackName, directory } = stack;
  const { cloudFormation, s3 } = liveClients();
  const resources = await stackResources(cloudFormation, stackName);
  if (resources === undefined) return false;
  const { template } = await readAssembly(directory);
  for (const { logicalId, physicalId, type } of resources) {
    const goes = !template.Resources[logicalId]?.DeletionPolicy?.startsWith('Retain');
    if (type === 'AWS::S3::Bucket' && physicalId !== '' && goes) await emptyBucket(s3, physicalId);
  }
  await cdk(['destroy', '--app', directory, '--force'], { env, quiet });
  return true;
}
