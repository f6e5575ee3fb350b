/** Handles a message whose sender may not send it: an issue, and a fact for the audit log. */

import { publishFacts } from '../../aws/audit-queue.ts';
import type { AuditFact } from '../../core/audit/audit-fact.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { senderRule } from '../../core/message/rejection-reason.ts';
import { sentMinute } from '../../core/source/source-rate.ts';
import { SENDER_PROBLEMS, type SenderProblem } from '../../core/source/sources.ts';
import type { Issue } from '../../packages/fhir-validator/issue.ts';
import { COMPONENT, type ValidateParts } from './parts.ts';
import type { Submission } from './submission.ts';

const PUBLISHED_MAX = 1_000;

export function issueOf(problem: SenderProblem): Issue {
  return {
    severity: 'error',
    code: 'security',
    text: SENDER_PROBLEMS[problem],
    rule: senderRule(problem),
  };
}

/**
 * Publishes the refusal to the audit log, once for each sender, lane, problem and minute of sending, so
 * that a flood of refused messages does not flood the log. Quarantine has an entry for each message.
 */
export async function publishRefused(
  { lane, auditQueue, publishedRefusals, logger }: ValidateParts,
  { provenance, record }: Submission,
  problem: SenderProblem,
): Promise<void> {
  const { source, sentAt, sender } = provenance.origin;
  logger.warn('sender refused', { ...idsOf(provenance.origin), problem });
  if (auditQueue === undefined) return;
  const actor = sender ?? record.attributes.SenderId.split(':', 1)[0] ?? '';
  const { startsAt } = sentMinute(source, sentAt);
  const id = ['sender-refused', lane, problem, actor, startsAt].join('/');
  const fact: AuditFact = {
    id,
    kind: 'sender-refused',
    at: startsAt,
    component: COMPONENT,
    actor,
    details: { lane, problem, source },
  };
  await once(publishedRefusals, id, () => publishFacts(auditQueue, [fact]));
}

/** A fact that this environment has published is not published again, unless publishing failed. */
function once(
  published: Map<string, Promise<void>>,
  id: string,
  publish: () => Promise<void>,
): Promise<void> {
  const publishing = published.get(id) ?? publish();
  if (published.size >= PUBLISHED_MAX) published.clear();
  published.set(id, publishing);
  publishing.catch(() => published.delete(id));
  return publishing;
}
