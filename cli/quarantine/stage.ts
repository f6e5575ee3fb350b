/** Where the quarantine commands act: the tables, queues and bucket of one stage. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { sqs } from '../../aws/clients.ts';
import type { Lane } from '../../core/message/messages.ts';
import { bodiesBucketOf, findQueue, laneQueueName } from '../target.ts';

export interface QuarantineStage {
  readonly quarantineTable: string;
  readonly resourcesTable: string;
  readonly bucket: string;
  /** Where a lane takes messages that shall run alone. */
  readonly isolationQueueUrls: Readonly<Record<Lane, string>>;
  /** Where triggers of deliveries go; there only where resources are delivered. */
  readonly deliveryQueueUrl: string;
}

/** Finds a stage by its name. @throws UsageError or TargetError as `openTarget` does. */
export async function openStage(stage: string, client: SQSClient = sqs): Promise<QuarantineStage> {
  const find = (lane: Lane) => findQueue(client, `${laneQueueName(stage, lane)}-isolation`);
  const background = await find('background');
  return {
    quarantineTable: `fhir-failsafe-${stage}-quarantine`,
    resourcesTable: `fhir-failsafe-${stage}-resources`,
    bucket: bodiesBucketOf(stage, background),
    deliveryQueueUrl: background.replace(/background-isolation$/, 'delivery'),
    isolationQueueUrls: { background, critical: await find('critical') },
  };
}
