/**
 * A crash as a fact for the audit log: evidence that it happened, and what was seen of it.
 *
 * It is published for every crash event, known or not, so that no fact is lost when its publisher dies. All
 * observers of one death use the same event id, so the log has one entry. Ids that lead to a submission are
 * keyed hashes (R08).
 */
import type { AuditFact } from '../audit/audit-fact.ts';
import type { CrashEvent } from '../message/messages.ts';

export function crashFact(crash: CrashEvent, hash: (text: string) => string): AuditFact {
  const { id, component, at, kind, lane, during, fingerprint, messageId, requestId } = crash;
  return {
    id: `process-crash/${id}`,
    kind: 'process-crash',
    at,
    component,
    details: {
      crash: kind,
      ...(lane !== undefined && { lane }),
      ...(during !== undefined && { during }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(messageId !== undefined && { message: hash(messageId) }),
      ...(requestId !== undefined && { request: hash(requestId) }),
    },
  };
}
