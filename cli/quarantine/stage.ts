/** One stage for the quarantine commands. */

import type { Bucket, Queue, Table } from '../../aws/handles.ts';
import type { Machine } from '../../aws/machine.ts';
import type { Lane } from '../../core/message/messages.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { bucketNamed, type Desk, HERE, queueAt, tableNamed } from '../clients.ts';
import { bodiesBucketOf, findQueue, laneQueueName } from '../target.ts';

/** The tables, queues and bucket, and the clock and timers of whoever works on them. */
export interface QuarantineStage extends Pick<Machine, 'now' | 'later'> {
  readonly quarantineTable: Table;
  readonly resourcesTable: Table;
  readonly bucket: Bucket;
  /** The queue of messages that run alone. */
  readonly isolationQueues: Readonly<Record<Lane, Queue>>;
  /** The queue of delivery triggers; only if resources are delivered. */
  readonly deliveryQueue: Queue;
}

/** Finds a stage by its name. @throws UsageError or TargetError as `openTarget` does. */
export async function openStage(stage: string, desk: Desk = HERE): Promise<QuarantineStage> {
  const find = (lane: Lane) => findQueue(desk.sqs, `${laneQueueName(stage, lane)}-isolation`);
  const [background, critical] = [await find('background'), await find('critical')];
  return {
    quarantineTable: tableNamed(resourceName(stage, 'quarantine'), desk),
    resourcesTable: tableNamed(resourceName(stage, 'resources'), desk),
    bucket: bucketNamed(bodiesBucketOf(stage, background), desk),
    deliveryQueue: queueAt(background.replace(/background-isolation$/, 'delivery'), desk),
    isolationQueues: { background: queueAt(background, desk), critical: queueAt(critical, desk) },
    now: desk.now,
    later: desk.later,
  };
}
