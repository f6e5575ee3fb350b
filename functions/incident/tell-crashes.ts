import { tellAudit } from '../../aws/audit-queue.ts';
import { keyedHash } from '../../aws/keyed-hash.ts';
import { crashFact } from '../../core/attempt/crash-fact.ts';
import type { CrashEvent } from '../../core/message/messages.ts';
import { environment } from './environment.ts';

/** Tells crashes as facts, after all else: nobody waits for it, and a page must not. */
export async function tellCrashes(crashes: readonly CrashEvent[]): Promise<void> {
  const hash = await keyedHash(environment.hashKeyArn);
  const facts = new Map(crashes.map((crash) => [crash.id, crashFact(crash, hash)]));
  await tellAudit(environment.auditQueueUrl, [...facts.values()]);
}
