import { tellAudit } from '../../aws/audit-queue.ts';
import { sqs } from '../../aws/clients.ts';
import { keyedHash } from '../../aws/keyed-hash.ts';
import type { Recorder } from '../quarantine/audited.ts';
import { findQueue } from '../target.ts';
import { findAudit } from './log.ts';

/** How an operator's acts in a stage get into its audit log. @throws as `openTarget` does. */
export async function openRecorder(stage: string): Promise<Recorder> {
  const queueUrl = await findQueue(sqs, `fhir-failsafe-${stage}-audit.fifo`);
  return {
    tell: (facts) => tellAudit(queueUrl, facts),
    hash: async () => keyedHash((await findAudit(stage)).hashKeyArn),
    now: Date.now,
  };
}
