/**
 * `audit`: the only writer of the audit log (R40, R41). A batch is written as a whole, in one object, or
 * not at all. Each minute it is woken with nothing to write, so that a deployment is recorded even if
 * nothing else happens.
 */
import type { ScheduledEvent, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clients } from '../../aws/clients.ts';
import { HashKey } from '../../aws/keyed-hash.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import type { RecordedFact } from '../../core/audit/audit-chain.ts';
import { recordedFact } from '../../core/audit/audit-intake.ts';
import type { Publishers } from '../../core/audit/publishers.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Tally } from '../../telemetry/tally.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { ChainWriter } from './chain-writer.ts';
import type { AuditEnv } from './env.ts';

export interface AuditDeps extends Surroundings, Pick<Clients, 'dynamo' | 's3' | 'secrets'> {
  readonly env: AuditEnv;
}

export function build({ env, dynamo, s3, secrets, telemetry, now }: AuditDeps) {
  const { table, bucket, hashKeyArn, publishers, stage, configuration, code } = env;
  const parts = {
    telemetry,
    publishers,
    hashKey: new HashKey({ arn: hashKeyArn, secrets }),
    chain: new ChainWriter({
      table: { name: table, dynamo },
      bucket: { name: bucket, s3 },
      deployed: { configuration: `${configuration}.${code}`, details: { stage } },
      logger: telemetry.logger,
      now,
    }),
  };
  return telemetry.handler<SQSEvent | ScheduledEvent, SQSBatchResponse>(
    { component: 'audit' },
    async (event) => {
      const records = 'Records' in event ? event.Records : [];
      const tally = telemetry.tally(records.length);
      const written = await append(parts, records, tally);
      tally.report('audit entries');
      return batchResponse(
        records.map(({ messageId }) => messageId),
        records.map(() => (written ? 'done' : 'failed')),
      );
    },
  );
}

interface Parts {
  readonly telemetry: Telemetry;
  readonly publishers: Publishers;
  readonly hashKey: HashKey;
  readonly chain: ChainWriter;
}

/** False if it is not known to be written: the messages come again, in the same order. */
async function append(
  { telemetry, publishers, hashKey, chain }: Parts,
  records: readonly SQSRecord[],
  tally: Tally,
): Promise<boolean> {
  const { logger, measureSince } = telemetry;
  try {
    const hash = await hashKey.hash();
    const facts = records.map(({ messageId, body, attributes }) => {
      const { SenderId: senderId, SentTimestamp } = attributes;
      const message = { messageId, body, sentAt: Number(SentTimestamp), senderId };
      return recordedFact(message, publishers, hash);
    });
    sayRefused(telemetry, facts, tally);
    const unreadable = facts.filter(({ kind }) => kind === 'unreadable').length;
    if (unreadable > 0) logger.error('not a fact', { messages: unreadable });
    tally.add('AuditUnreadable', unreadable);
    tally.add('AuditEntries', await chain.append(facts, hash));
    for (const { attributes } of records)
      measureSince('AuditLag', Number(attributes.SentTimestamp));
    return true;
  } catch (fault) {
    tally.add('ComponentFaults');
    logger.error('component fault', faultOf(fault));
    return false;
  }
}

/** The log has one entry for all refused facts of a minute, so each of them is logged here. */
function sayRefused({ logger }: Telemetry, facts: readonly RecordedFact[], tally: Tally): void {
  for (const { kind, teller, toldAs, details } of facts) {
    if (kind !== 'refused') continue;
    tally.add('SenderRefused');
    logger.error('fact refused', { teller, toldAs, ...details });
  }
}
