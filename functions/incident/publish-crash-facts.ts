import { publishFacts } from '../../aws/audit-queue.ts';
import { crashFact } from '../../core/attempt/crash-fact.ts';
import type { CrashEvent } from '../../core/message/messages.ts';
import type { IncidentParts } from './parts.ts';

/** Publishes crashes as facts. This comes last: a page must not wait for it. */
export async function publishCrashFacts(
  { hashKey, auditQueue }: IncidentParts,
  crashes: readonly CrashEvent[],
): Promise<void> {
  const hash = await hashKey.hash();
  const facts = new Map(crashes.map((crash) => [crash.id, crashFact(crash, hash)]));
  await publishFacts(auditQueue, [...facts.values()]);
}
