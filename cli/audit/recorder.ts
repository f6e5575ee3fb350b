import { publishFacts } from '../../aws/audit-queue.ts';
import { auditQueueAt, hashKeyIn, sqsClient } from '../places.ts';
import type { Recorder } from '../quarantine/audited.ts';
import { findQueue } from '../target.ts';
import { findAudit } from './log.ts';

/** Publishes an operator's actions in a stage to its audit log. @throws as `openTarget` does. */
export async function openRecorder(stage: string): Promise<Recorder> {
  const queue = auditQueueAt(await findQueue(sqsClient(), `fhir-failsafe-${stage}-audit.fifo`));
  return {
    tell: (facts) => publishFacts(queue, facts),
    hash: async () => hashKeyIn((await findAudit(stage)).hashKeyArn).hash(),
    now: Date.now,
  };
}
