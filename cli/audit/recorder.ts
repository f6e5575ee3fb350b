import { publishFacts } from '../../aws/audit-queue.ts';
import { resourceName } from '../../lib/config/stage-config.ts';
import { auditQueueAt, type Desk, HERE, hashKeyIn } from '../clients.ts';
import type { Recorder } from '../quarantine/audited.ts';
import { findQueue } from '../target.ts';
import { findAudit } from './stage.ts';

/** Publishes an operator's actions in a stage to its audit log. @throws as `openTarget` does. */
export async function openRecorder(stage: string, desk: Desk = HERE): Promise<Recorder> {
  const url = await findQueue(desk.sqs, resourceName(stage, 'audit.fifo'));
  const queue = auditQueueAt(url, desk);
  return {
    publish: (facts) => publishFacts(queue, facts),
    hash: async () => hashKeyIn((await findAudit(stage, desk)).hashKeyArn, desk).hash(),
    now: desk.now,
    newId: desk.randomId,
  };
}
