/** The queue of facts for the audit log: FIFO, one group, so that one writer has them in order. */
import { createHash } from 'node:crypto';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { AUDIT_CHAIN, type AuditFact } from '../core/audit/audit-fact.ts';
import { chunks } from '../core/message/chunks.ts';
import { BATCH_ENTRIES_MAX } from '../core/message/send-batches.ts';
import type { Queue } from './places.ts';

export interface AuditQueue extends Queue {
  /** Of this environment, at random. */
  readonly secret: string;
}

/**
 * SQS drops for five minutes what has a deduplication id that it knows, whatever the message says. An
 * id that others could guess would let them use it first, and have the true fact dropped. So it is this
 * environment's secret; what others tell again is known again by the writer.
 */
const deduplicationId = (secret: string, { kind, id }: AuditFact) =>
  createHash('sha256').update(`${secret}\n${kind}\n${id}`).digest('hex');

/** SQS took the request, but not all of its facts. */
class FactsRefused extends Error {
  override readonly name = 'FactsRefused';
  readonly code: string;

  constructor(code: string) {
    super(`the audit queue refused: ${code}`);
    this.code = code;
  }
}

/**
 * Resolves when the queue has all of them; throws where it has not, a fault of our own (R09). Told
 * again they are the same facts, so whoever dies in between tells them again.
 */
export async function publishFacts(queue: AuditQueue, facts: readonly AuditFact[]): Promise<void> {
  for (const some of chunks(facts, BATCH_ENTRIES_MAX)) await tell(queue, some);
}

async function tell(queue: AuditQueue, facts: readonly AuditFact[]): Promise<void> {
  const { Successful = [], Failed = [] } = await queue.sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: queue.url,
      Entries: facts.map((fact, position) => ({
        Id: String(position),
        MessageBody: JSON.stringify(fact),
        MessageGroupId: AUDIT_CHAIN,
        MessageDeduplicationId: deduplicationId(queue.secret, fact),
      })),
    }),
  );
  if (Successful.length === facts.length) return;
  throw new FactsRefused(Failed[0]?.Code ?? 'Unanswered');
}
