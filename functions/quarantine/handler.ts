/** `quarantine`: takes dead letters off their queues into the Quarantine table, with the evidence. */
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { arrivalOf } from '../../aws/arrival.ts';
import { type PlacedBody, placeBody } from '../../aws/bodies-bucket.ts';
import { tellEnteredOutcome } from '../../aws/entered-outcome.ts';
import { readSettings, requiredEnv } from '../../aws/env.ts';
import { ErasedPatients } from '../../aws/erased-patients.ts';
import { OutcomesTopic } from '../../aws/outcomes-topic.ts';
import { quarantine } from '../../aws/quarantine-table.ts';
import { retryLater } from '../../aws/retry-later.ts';
import { claimantOf, prove } from '../../aws/sources.ts';
import { isGroup, memberRecords } from '../../aws/suspect-group.ts';
import { unreadableEnvelope } from '../../aws/unreadable-envelope.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import { type DeadLetter, deadLetterOf } from '../../core/attempt/dead-letter.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import { type Claimant, readCarriage } from '../../core/message/claim-check.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { crashFingerprint } from '../../core/message/fingerprint.ts';
import { outcomeEvent } from '../../core/message/outcome-event.ts';
import { emit, faultOf, logger, sqsFunction, Tally } from '../../telemetry/telemetry.ts';
import { processing, receiving } from '../../telemetry/traces.ts';
import { quarantineSettingsSchema } from './settings.ts';

const SPEAKER = 'quarantine';
/** Whose dead letters these are. */
const COMPONENT = 'validate';

const table = requiredEnv('quarantineTable');
const bucket = requiredEnv('bodiesBucket');
const topic = new OutcomesTopic(requiredEnv('outcomesTopicArn'));
const queueUrls = requiredEnv('deadLetterQueueUrls').split(',');
const erased = new ErasedPatients(requiredEnv('erasuresTable'), requiredEnv('hashKeyArn'));
const settings = readSettings(quarantineSettingsSchema);

export const handler = sqsFunction({ component: SPEAKER }).handler(
  ({ Records: records }, context) => receiving(records, context, () => keepAll(records)),
);

async function keepAll(records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
  const tally = new Tally(records.length);
  const settlements = await Promise.all(
    records.map(async (record) => {
      try {
        const kept = await Promise.all(lettersIn(record).map(keep));
        for (const each of kept) if (!each) tally.add('AlreadyEnded');
        return 'done' as const;
      } catch (fault) {
        tally.add('ComponentFaults');
        logger.error('component fault', { messageId: record.messageId, ...faultOf(fault) });
        await backOff(record);
        return 'failed' as const;
      }
    }),
  );
  tally.report('dead letters');
  return batchResponse(
    records.map((record) => record.messageId),
    settlements,
  );
}

/** A group of suspects is here when it was received too often: SQS moved it as it was. */
function lettersIn(record: SQSRecord): readonly SQSRecord[] {
  return isGroup(record) ? memberRecords(record) : [record];
}

/** A letter that failed waits longer each time (R09). */
async function backOff({ receiptHandle, eventSourceARN, attributes }: SQSRecord): Promise<void> {
  const name = eventSourceARN.split(':').at(-1);
  const queueUrl = queueUrls.find((url) => url.endsWith(`/${name}`));
  const seconds = backOffSeconds(Number(attributes.ApproximateReceiveCount));
  if (queueUrl !== undefined) await retryLater(queueUrl, [{ receiptHandle, seconds }]);
}

/**
 * False where the message already has an outcome, or was redriven since: a copy changes nothing (R04).
 * Throws where nobody can say which message it is.
 */
async function keep(record: SQSRecord): Promise<boolean> {
  const deadLetter = readDeadLetter(record);
  const { unreadable } = deadLetter;
  if (unreadable !== undefined) throw unreadableEnvelope(SPEAKER, unreadable);
  return processing(deadLetter.origin, record, () => enter(deadLetter, record));
}

async function enter(
  { origin: said, lane, crash, reason, laid, isHop }: DeadLetter,
  record: SQSRecord,
): Promise<boolean> {
  const { source, messageId } = said;
  const claimant = claimantOf(bucket, settings.formerKeys, { source, laid, isHop });
  const erasure = (await erased.claimOn(record.body, said))?.erasure.number;
  // A file may be called after a person.
  const origin = erasure === undefined ? said : { ...said, file: undefined };
  const placed = erasure === undefined ? await place(record.body, messageId, claimant) : undefined;
  const fingerprint = crashFingerprint(COMPONENT, crash, reason);
  const why = { crash, reason, fingerprint, kind: 'dead-letter' } as const;
  const entry = { origin, lane, ...why, placed, erasure };
  const endedAt = Date.now();
  const kept = await quarantine(table, entry, endedAt);
  if (kept) {
    emit('Quarantined', 'verdict', crash);
    const outcome = { verdict: 'dead-lettered', crash, fingerprint, endedAt } as const;
    await topic.tell(outcomeEvent(origin, lane, outcome));
  } else {
    await tellEnteredOutcome(table, topic, origin.messageId);
  }
  logger.warn('quarantined', { ...idsOf(origin), lane, crash, reason, fingerprint, kept });
  return kept;
}

function readDeadLetter(record: SQSRecord): DeadLetter {
  const said = arrivalOf(record);
  const { eventSourceARN: queueArn, attributes } = record;
  return deadLetterOf(
    { ...said, queueArn, redrivenFrom: attributes.DeadLetterQueueSourceArn },
    (provenance, queue, lane) => {
      const claimed = said.attributes['source'];
      const bytes = Buffer.byteLength(record.body);
      return prove(provenance, { ...said, lane, queue, attributes, claimed, bytes }).provenance;
    },
  );
}

/** What `validate` dead-lettered, it laid where its entry keeps it. */
function place(
  body: string,
  messageId: string,
  claimant: Claimant,
): PlacedBody | Promise<PlacedBody> {
  const carriage = readCarriage(body, claimant);
  if (carriage.kind === 'claim-check') return { bodyS3: carriage.s3 };
  return placeBody(bucket, 'quarantine/', messageId, body, settings.inlineBytesMax);
}
