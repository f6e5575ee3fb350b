/**
 * A crash as a fact for the audit log: evidence that it happened, and what was seen of it.
 *
 * It is told for every crash event, whether it was known or not, for only so none is lost when its
 * teller dies. The event's id, the same for all observers of one death, makes them one entry. Of the
 * ids that lead to a submission there are keyed hashes (R08).
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
