/** The tables, buckets and queues of an erasure, and how long it must wait for running invocations. */
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { ERASURES_KNOWN_MS } from '../../core/erasure/erasure.ts';
import { lanes } from '../../core/message/messages.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { bucketNamed, type Desk, HERE, sqsClient, tableNamed } from '../clients.ts';
import { findFunction } from '../stage-function.ts';
import { bodiesBucketOf, findQueue, laneQueueName } from '../target.ts';
import type { EraseStage } from './run.ts';

/** Functions that may store or quarantine what they were sent. */
const WRITERS = ['validate-critical', 'validate-background', 'quarantine'];
/** Time for a call that an invocation made at its very end. */
const MARGIN_MS = 5_000;

/** @throws UsageError or TargetError as `openTarget` does. */
export async function openEraseStage(stage: string, desk: Desk = HERE): Promise<EraseStage> {
  const background = await findQueue(desk.sqs, laneQueueName(stage, 'background'));
  const timeouts = await Promise.all(WRITERS.map((name) => timeoutOf(stage, name, desk)));
  return {
    resourcesTable: tableNamed(resourceName(stage, 'resources'), desk),
    quarantineTable: tableNamed(resourceName(stage, 'quarantine'), desk),
    erasuresTable: tableNamed(resourceName(stage, 'erasures'), desk),
    bucket: bucketNamed(bodiesBucketOf(stage, background), desk),
    settleMs: ERASURES_KNOWN_MS + 1_000 * Math.max(...timeouts) + MARGIN_MS,
  };
}

async function timeoutOf(stage: string, name: string, { lambda }: Desk): Promise<number> {
  const { configuration } = await findFunction(stage, name, lambda);
  return configuration.Timeout ?? 900;
}

/** About how many messages wait in queues that may name anybody. They are refused when they arrive. */
export async function messagesWaiting(stage: string): Promise<number> {
  const names = lanes.flatMap((lane) => {
    const name = laneQueueName(stage, lane);
    return [name, `${name}-isolation`, `${name}-dead-letter`];
  });
  const counts = await Promise.all(names.map(waitingIn));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function waitingIn(name: string): Promise<number> {
  const { Attributes = {} } = await sqsClient().send(
    new GetQueueAttributesCommand({
      QueueUrl: await findQueue(sqsClient(), name),
      AttributeNames: [
        'ApproximateNumberOfMessages',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesDelayed',
      ],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}
