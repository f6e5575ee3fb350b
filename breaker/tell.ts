/** Tells the supervisor and the audit log of transitions, each as far as the stack says where. */

import { tellAudit } from '../aws/audit-queue.ts';
import { tellSupervisor } from '../aws/breaker-news-queue.ts';
import { breakerNews, transitionFact } from '../core/breaker/breaker-news.ts';
import type { Transition } from '../core/breaker/breaker-state.ts';
import { ENV } from '../telemetry/env-names.ts';

const auditQueueUrl = process.env[ENV.auditQueueUrl];
const supervisorQueueUrl = process.env[ENV.supervisorQueueUrl];

/** Throws where a queue does not take it. */
export async function tellTransition(service: string, transition: Transition): Promise<void> {
  await Promise.all([
    auditTransitions(service, [transition]),
    supervisorQueueUrl && tellSupervisor(supervisorQueueUrl, breakerNews(service, transition)),
  ]);
}

/** Told again, they are the same facts. Throws where the queue does not take them. */
export async function auditTransitions(
  service: string,
  transitions: readonly Transition[],
): Promise<void> {
  if (auditQueueUrl === undefined) return;
  const facts = transitions.map((each) => transitionFact(service, each, 'breaker'));
  await tellAudit(auditQueueUrl, facts);
}
