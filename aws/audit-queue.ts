/** The queue of facts for the audit log: FIFO, one group, so that one writer has them in order. */
import { hash } from 'node:crypto';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { AUDIT_CHAIN, type AuditFact } from '../core/audit/audit-fact.ts';
import { BATCH_ENTRIES_MAX } from '../core/message/send-batches.ts';
import { splitList } from '../core/message/split-list.ts';
import type { Queue } from './handles.ts';

export interface AuditQueue extends Queue {
  /** Random, for this environment. */
  readonly secret: string;
}

/**
 * For five minutes SQS drops a message whose deduplication id it knows, whatever the message says. If
 * others could guess an id, they could use it first and have the true fact dropped. So it is made from this
 * environment's secret. Facts that others publish again are recognised by the writer.
 */
const deduplicationId = (secret: string, { kind, id }: AuditFact) =>
  hash('sha256', `${secret}\n${kind}\n${id}`);

/** SQS took each request, but not all of its facts. */
class FactsRefused extends Error {
  override readonly name = 'FactsRefused';
  readonly code: string;

  constructor(code: string) {
    super(`the audit queue refused: ${code}`);
    this.code = code;
  }
}

/**
 * Resolves when the queue has all of them; throws otherwise, a fault of our own (R09). Published again they
 * are the same facts, so a process that dies in between can repeat it.
 */
export async function publishFacts(queue: AuditQueue, facts: readonly AuditFact[]): Promise<void> {
  for (const some of splitList(facts, BATCH_ENTRIES_MAX)) {
    let left: Left = { facts: some, code: '' };
    for (let tries = 0; left.facts.length > 0; tries += 1) {
      if (tries === TRIES) throw new FactsRefused(left.code);
      left = await send(queue, left.facts);
    }
  }
}

/** SQS refuses some entries of a request, of which the SDK repeats none. */
const TRIES = 3;

/** What SQS did not take, and why it did not take the first of them. */
interface Left {
  readonly facts: readonly AuditFact[];
  readonly code: string;
}

async function send(queue: AuditQueue, facts: readonly AuditFact[]): Promise<Left> {
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
  const taken = new Set(Successful.map(({ Id }) => Id));
  return {
    facts: facts.filter((_, position) => !taken.has(String(position))),
    code: Failed[0]?.Code ?? 'Unanswered',
  };
}
