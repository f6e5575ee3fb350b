/** Publishes transitions to the supervisor and the audit log, if the stack configured a queue for them. */

import { type AuditQueue, publishFacts } from '../aws/audit-queue.ts';
import { sendBreakerNews } from '../aws/breaker-news-queue.ts';
import type { Queue } from '../aws/handles.ts';
import { breakerNews, transitionFact } from '../core/breaker/breaker-news.ts';
import type { Transition } from '../core/breaker/breaker-state.ts';

export interface TransitionQueues {
  readonly audit: AuditQueue | undefined;
  readonly supervisor: Queue | undefined;
}

/** Throws if a queue does not accept it. */
export async function publishTransition(
  { audit, supervisor }: TransitionQueues,
  service: string,
  transition: Transition,
): Promise<void> {
  await Promise.all([
    auditTransitions(audit, service, [transition]),
    supervisor && sendBreakerNews(supervisor, breakerNews(service, transition)),
  ]);
}

/**
 * Publishing again does no harm: they are the same facts. Throws if the queue does not accept them.
 */
export async function auditTransitions(
  audit: AuditQueue | undefined,
  service: string,
  transitions: readonly Transition[],
): Promise<void> {
  if (audit === undefined) return;
  const facts = transitions.map((each) => transitionFact(service, each, 'breaker'));
  await publishFacts(audit, facts);
}
