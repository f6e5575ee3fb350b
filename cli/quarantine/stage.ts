/** The tables, queues and bucket of one stage for the quarantine commands. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Bucket, Queue, Table } from '../../aws/places.ts';
import type { Lane } from '../../core/message/messages.ts';
import { bucketNamed, queueAt, sqsClient, tableNamed } from '../places.ts';
import { bodiesBucketOf, findQueue, laneQueueName } from '../target.ts';

export interface QuarantineStage {
  readonly quarantineTable: Table;
  readonly resourcesTable: Table;
  readonly bucket: Bucket;
  /** The queue of messages that run alone. */
  readonly isolationQueues: Readonly<Record<Lane, Queue>>;
  /** The queue of delivery triggers; only if resources are delivered. */
  readonly deliveryQueue: Queue;
}

/** Finds a stage by its name. @throws UsageError or TargetError as `openTarget` does. */
export async function openStage(
  stage: string,
  client: SQSClient = sqsClient(),
): Promise<QuarantineStage> {
  const find = (lane: Lane) => findQueue(client, `${laneQueueName(stage, lane)}-isolation`);
  const background = await find('background');
  return {
    quarantineTable: tableNamed(`fhir-failsafe-${stage}-quarantine`),
    resourcesTable: tableNamed(`fhir-failsafe-${stage}-resources`),
    bucket: bucketNamed(bodiesBucketOf(stage, background)),
    deliveryQueue: queueAt(background.replace(/background-isolation$/, 'delivery')),
    isolationQueues: { background: queueAt(background), critical: queueAt(await find('critical')) },
  };
}
