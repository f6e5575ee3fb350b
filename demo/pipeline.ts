/** Connects a run with the running pipeline. */
import { documentsOf } from '../aws/clients.ts';
import { bodiesBucketOf, laneQueueName, type Target } from '../cli/target.ts';
import { createClients } from '../packages/local-lambda/clients.ts';
import type { Runtime } from '../packages/local-lambda/runtime.ts';
import type { UnderWay } from '../packages/local-lambda/triggers.ts';
import { findQueues, holdsPending } from './queues.ts';
import type { Submitter } from './submitter.ts';
import type { Tables } from './tables.ts';

export interface Pipeline {
  readonly target: Target;
  readonly submitter: Submitter;
  readonly tables: Tables;
  /** All queues of the stage whose messages have not ended. */
  readonly queueUrls: readonly string[];
  /** What is under way outside the queues. */
  readonly underWay: () => UnderWay;
  /** Deduplication keys of the pages so far. */
  readonly pageKeys: () => ReadonlySet<string>;
}

/** The queue and source of a run. */
export interface Submission {
  readonly stage: string;
  readonly submitter: Submitter;
}

const DEFAULTS: Submission = { stage: 'dev', submitter: { source: 'default' } };

export async function connect(
  { endpoints, stackName, queueUrl, underWay }: Runtime,
  pageKeys: Pipeline['pageKeys'],
  { stage, submitter }: Submission = DEFAULTS,
): Promise<Pipeline> {
  const { sqs, s3, dynamodb } = createClients(endpoints, submitter);
  const laneUrl = queueUrl(laneQueueName(stage, 'background'));
  return {
    target: { sqs, s3, queueUrl: laneUrl, bucket: bodiesBucketOf(stage, laneUrl) },
    submitter,
    tables: {
      dynamodb: documentsOf(dynamodb),
      resources: `${stackName}-resources`,
      quarantine: `${stackName}-quarantine`,
      incidents: `${stackName}-incidents`,
      supervision: `${stackName}-supervision`,
    },
    queueUrls: await findQueues(sqs, stackName),
    underWay: () => underWay(holdsPending),
    pageKeys,
  };
}
