/**
 * `audit`: the one writer of the audit log (R40, R41). A batch is written as a whole, in one object,
 * or not at all. Each minute it is woken with nothing to write, so that a deployment is recorded
 * though nothing else happens.
 */
import type { ScheduledEvent, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { keyedHash } from '../../aws/keyed-hash.ts';
import type { RecordedFact } from '../../core/audit/audit-chain.ts';
import { recordedFact } from '../../core/audit/audit-record.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import {
  faultOf,
  logger,
  measureSince,
  sqsOrRuleFunction,
  Tally,
} from '../../telemetry/telemetry.ts';
import { appendToChain } from './chain-writer.ts';
import { environment } from './environment.ts';

export const handler = sqsOrRuleFunction({ component: 'audit' }).handler(
  async (event: SQSEvent | ScheduledEvent): Promise<SQSBatchResponse> => {
    const records = 'Records' in event ? event.Records : [];
    const tally = new Tally(records.length);
    const written = await append(records, tally);
    tally.report('audit entries');
    return batchResponse(
      records.map(({ messageId }) => messageId),
      records.map(() => (written ? 'done' : 'failed')),
    );
  },
);

/** False where nothing is known to be written: the messages come again, in the same order. */
async function append(records: readonly SQSRecord[], tally: Tally): Promise<boolean> {
  try {
    const hash = await keyedHash(environment.hashKeyArn);
    const facts = records.map(({ messageId, body, attributes }) => {
      const { SenderId: senderId, SentTimestamp } = attributes;
      const message = { messageId, body, sentAt: Number(SentTimestamp), senderId };
      return recordedFact(message, environment.tellers, hash);
    });
    sayRefused(facts, tally);
    const unreadable = facts.filter(({ kind }) => kind === 'unreadable').length;
    if (unreadable > 0) logger.error('not a fact', { messages: unreadable });
    tally.add('AuditUnreadable', unreadable);
    tally.add('AuditEntries', await appendToChain(facts, hash));
    for (const { attributes } of records)
      measureSince('AuditLag', Number(attributes.SentTimestamp));
    return true;
  } catch (fault) {
    tally.add('ComponentFaults');
    logger.error('component fault', faultOf(fault));
    return false;
  }
}

/** The log has one entry for a minute of them, so here is each. */
function sayRefused(facts: readonly RecordedFact[], tally: Tally): void {
  for (const { kind, teller, toldAs, details } of facts) {
    if (kind !== 'refused') continue;
    tally.add('SenderRefused');
    logger.error('fact refused', { teller, toldAs, ...details });
  }
}
