/**
 * `empty-bucket`: a custom resource for each bucket outside production. When the stack is destroyed it
 * empties the bucket, because CloudFormation cannot delete one that is not empty. In any other case it does
 * nothing: a stage that becomes production loses the resource, not the content of the bucket.
 *
 * CloudFormation waits an hour for an answer, so there is always one.
 */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { Clients } from '../../aws/clients.ts';
import type { makeCloudFormation } from '../../aws/cloud-formation-client.ts';
import { emptyBucket } from '../../aws/empty-bucket.ts';
import type { Fetch } from '../../aws/machine.ts';
import { isGoing } from '../../aws/stack-status.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import { faultOf } from '../../telemetry/log.ts';

type Event = CloudFormationCustomResourceEvent;

/** Time left for the last page and the answer. */
const ANSWERING_MS = 20_000;
/** An answer has at most 4,096 bytes: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const REASON_CHARACTERS_MAX = 500;

export interface EmptyBucketDeps extends Pick<Surroundings, 'telemetry'>, Pick<Clients, 's3'> {
  readonly cloudFormation: ReturnType<typeof makeCloudFormation>;
  readonly fetch: Fetch;
}

export const build = (deps: EmptyBucketDeps) => async (event: Event, context: Context) => {
  const problem = await act(deps, event, context).catch((error: unknown) => {
    deps.telemetry.logger.error('bucket not emptied', faultOf(error));
    return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
  });
  await answer(deps, event, problem);
};

/** A bucket that replaces another is another resource. CloudFormation then deletes the former one, in a stack that stays. */
const bucketOf = (event: Event): string =>
  event.RequestType === 'Delete'
    ? event.PhysicalResourceId
    : String(event.ResourceProperties['BucketName']);

/** @returns the reason why it failed, if it failed */
async function act(
  { s3, cloudFormation, telemetry }: EmptyBucketDeps,
  event: Event,
  context: Context,
): Promise<string | undefined> {
  if (event.RequestType !== 'Delete' || !(await isGoing(cloudFormation, event.StackId)))
    return undefined;
  const bucket = bucketOf(event);
  const hasTime = () => context.getRemainingTimeInMillis() > ANSWERING_MS;
  if (!(await emptyBucket(s3, bucket, hasTime))) return `${bucket}: not empty yet; destroy again`;
  telemetry.logger.info('bucket emptied', { bucket });
  return undefined;
}

async function answer(
  { fetch }: EmptyBucketDeps,
  event: Event,
  problem: string | undefined,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const body = JSON.stringify({
    Status: problem === undefined ? 'SUCCESS' : 'FAILED',
    ...(problem !== undefined && { Reason: problem.slice(0, REASON_CHARACTERS_MAX) }),
    PhysicalResourceId: bucketOf(event),
    ...{ StackId, RequestId, LogicalResourceId },
  });
  // The address is signed without a content type.
  const { ok, status } = await fetch(ResponseURL, {
    method: 'PUT',
    headers: { 'content-type': '' },
    body,
  });
  if (!ok) throw new Error(`CloudFormation took no answer: ${status}`);
}
