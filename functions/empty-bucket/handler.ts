/**
 * `empty-bucket`: a custom resource beside each bucket outside production. As the stack is destroyed it
 * empties that bucket, which CloudFormation could not delete otherwise. In any other case it keeps its
 * hands off: a stage that becomes production loses the resource, not what the bucket holds.
 *
 * CloudFormation waits an hour for an answer, so there is always one.
 */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { s3 } from '../../aws/clients.ts';
import { emptyBucket } from '../../aws/empty-bucket.ts';
import { isGoing } from '../../aws/stack-status.ts';
import { faultOf, logger } from '../../telemetry/telemetry.ts';

type Event = CloudFormationCustomResourceEvent;

/** Left for the last page and the answer. */
const ANSWERING_MS = 20_000;

export async function handler(event: Event, context: Context): Promise<void> {
  const problem = await act(event, context).catch((error: unknown) => {
    logger.error('bucket not emptied', faultOf(error));
    return error instanceof Error ? `${error.name}: ${error.message}` : 'unknown';
  });
  await answer(event, problem);
}

const bucketOf = (event: Event): string =>
  'PhysicalResourceId' in event
    ? event.PhysicalResourceId
    : String(event.ResourceProperties['BucketName']);

/** @returns what is wrong, if anything is. */
async function act(event: Event, context: Context): Promise<string | undefined> {
  if (event.RequestType !== 'Delete' || !(await isGoing(event.StackId))) return undefined;
  const bucket = bucketOf(event);
  const hasTime = () => context.getRemainingTimeInMillis() > ANSWERING_MS;
  if (!(await emptyBucket(s3, bucket, hasTime))) return `${bucket}: not empty yet; destroy again`;
  logger.info('bucket emptied', { bucket });
  return undefined;
}

async function answer(event: Event, problem: string | undefined): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  const body = JSON.stringify({
    Status: problem === undefined ? 'SUCCESS' : 'FAILED',
    ...(problem !== undefined && { Reason: problem }),
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
