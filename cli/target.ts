/**
 * The target of a command: the queues and buckets of a stage, in the local runtime, an emulator or AWS.
 * Only the SDK's usual environment variables decide which.
 */
import { S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Lane } from '../core/message/messages.ts';
import { resourceName } from '../lib/config/stage-config.ts';
import { awsTrouble } from '../terminal/aws-trouble.ts';
import { messageOf } from '../terminal/causes.ts';
import { OVER_PROXY } from '../terminal/proxy.ts';
import { UsageError } from './usage-error.ts';

export interface Target {
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly queueUrl: string;
  /** For bodies that do not fit into a message. */
  readonly bucket: string;
}

/** A target that does not answer correctly. The message says what to do. Status 1. */
export class TargetError extends Error {
  override name = 'TargetError';
}

/** @throws UsageError if the environment variables name no target, TargetError if it does not answer. */
export async function openTarget(stage: string, lane: Lane): Promise<Target> {
  const sqs = new SQSClient({ ...OVER_PROXY, useQueueUrlAsEndpoint: false });
  const queueUrl = await findQueue(sqs, laneQueueName(stage, lane));
  const custom = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL'];
  return {
    sqs,
    s3: new S3Client({ ...OVER_PROXY, forcePathStyle: custom !== undefined }),
    queueUrl,
    bucket: bodiesBucketOf(stage, queueUrl),
  };
}

export function laneQueueName(stage: string, lane: Lane): string {
  return resourceName(stage, lane);
}

/** The bucket's name contains the account, which is in the queue's URL. */
export function bodiesBucketOf(stage: string, queueUrl: string): string {
  return resourceName(stage, `bodies-${new URL(queueUrl).pathname.split('/').at(-2)}`);
}

/** @throws as {@link openTarget} does. */
export async function findQueue(sqs: SQSClient, QueueName: string): Promise<string> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    if (QueueUrl === undefined) throw new Error('the queue has no address');
    return QueueUrl;
  } catch (error) {
    throw explained(error, `queue ${QueueName}`);
  }
}

/** Explains an error from looking for something, such as `queue NAME`, and says what to do. */
export function explained(error: unknown, sought: string): Error {
  const trouble = awsTrouble(error, { env: process.env, sought });
  if (trouble?.kind === 'usage') return new UsageError(trouble.message, { cause: error });
  const message = trouble?.message ?? `${sought}: ${messageOf(error)}`;
  return new TargetError(message, { cause: error });
}
