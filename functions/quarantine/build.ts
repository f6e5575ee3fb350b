/** `quarantine`: moves dead letters from their queues into the Quarantine table, with the evidence. */
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type BodyOwner, type PlacedBody, placeBody } from '../../aws/bodies-bucket.ts';
import type { Clients } from '../../aws/clients.ts';
import { publishEnteredOutcome } from '../../aws/entered-outcome.ts';
import { ErasedPatients } from '../../aws/erased-patients.ts';
import type { Bucket, Queue, Table } from '../../aws/handles.ts';
import { HashKey } from '../../aws/keyed-hash.ts';
import { OutcomesTopic } from '../../aws/outcomes-topic.ts';
import type { QuarantineTable } from '../../aws/quarantine-expiry.ts';
import { markStored, quarantine } from '../../aws/quarantine-table.ts';
import { readMessage } from '../../aws/received-message.ts';
import { retryLater } from '../../aws/retry-later.ts';
import type { Senders } from '../../aws/sources.ts';
import { identityStoredBy } from '../../aws/stored-messages.ts';
import type { Surroundings } from '../../aws/surroundings.ts';
import { isGroup, memberRecords } from '../../aws/suspect-group.ts';
import { unreadableEnvelope } from '../../aws/unreadable-envelope.ts';
import { backOffSeconds } from '../../core/attempt/back-off.ts';
import { type DeadLetter, deadFrom, deadLetterOf } from '../../core/attempt/dead-letter.ts';
import { batchResponse } from '../../core/message/batch-response.ts';
import type { Carriage } from '../../core/message/claim-check.ts';
import { idsOf } from '../../core/message/correlation.ts';
import { crashFingerprint } from '../../core/message/fingerprint.ts';
import { outcomeEvent } from '../../core/message/outcome-event.ts';
import { faultOf } from '../../telemetry/log.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Traces } from '../../telemetry/traces.ts';
import type { QuarantineEnv } from './env.ts';
import type { QuarantineSettings } from './settings.ts';

const COMPONENT = 'quarantine';
/** The component whose dead letters these are. */
const CRASHED = 'validate';

export interface QuarantineDeps
  extends Surroundings,
    Pick<Clients, 'dynamo' | 's3' | 'sqs' | 'sns' | 'secrets'> {
  readonly env: QuarantineEnv;
  readonly traces: Traces;
}

interface Parts {
  readonly settings: QuarantineSettings;
  readonly senders: Senders;
  readonly table: QuarantineTable;
  readonly resources: Table;
  readonly bucket: Bucket;
  readonly topic: OutcomesTopic;
  readonly deadLetterQueues: readonly Queue[];
  readonly erased: ErasedPatients;
  readonly telemetry: Telemetry;
  readonly traces: Traces;
  readonly now: () => number;
}

export function build(deps: QuarantineDeps) {
  const { telemetry, traces } = deps;
  const parts = partsOf(deps);
  return telemetry.handler<SQSEvent, SQSBatchResponse>(
    { component: COMPONENT },
    ({ Records: records }, context) =>
      traces.receiving(records, context, () => keepAll(parts, records)),
  );
}

function partsOf(deps: QuarantineDeps): Parts {
  const { env, dynamo, s3, sqs, sns, secrets, telemetry, traces, now } = deps;
  const { settings, senders, table, keptDays, bucket, deadLetterQueueUrls } = env;
  const erasures = { name: env.erasuresTable, dynamo };
  const hashKey = new HashKey({ arn: env.hashKeyArn, secrets });
  return {
    ...{ settings, senders, telemetry, traces, now },
    table: { name: table, dynamo, keptDays },
    resources: { name: env.resourcesTable, dynamo },
    bucket: { name: bucket, s3 },
    topic: new OutcomesTopic({ arn: env.outcomesTopicArn, sns }, deps),
    deadLetterQueues: deadLetterQueueUrls.map((url) => ({ url, sqs })),
    erased: new ErasedPatients(erasures, hashKey, now),
  };
}

async function keepAll(parts: Parts, records: readonly SQSRecord[]): Promise<SQSBatchResponse> {
  const { telemetry } = parts;
  const tally = telemetry.tally(records.length);
  const results = await Promise.all(
    records.map(async (record) => {
      try {
        const kept = await Promise.all(lettersIn(record).map((letter) => keep(parts, letter)));
        for (const each of kept) if (!each) tally.add('AlreadyEnded');
        return 'done' as const;
      } catch (fault) {
        tally.add('ComponentFaults');
        telemetry.logger.error('component fault', {
          messageId: record.messageId,
          ...faultOf(fault),
        });
        await backOff(parts, record);
        return 'failed' as const;
      }
    }),
  );
  tally.report('dead letters');
  return batchResponse(
    records.map((record) => record.messageId),
    results,
  );
}

/**
 * A group of suspects is here if it was received too often: SQS moved it unchanged. What a producer calls one is
 * none.
 */
function lettersIn(record: SQSRecord): readonly SQSRecord[] {
  const isOurs = cameFrom(record).queue === 'behind';
  return isOurs && isGroup(record) ? memberRecords(record) : [record];
}

const cameFrom = ({ eventSourceARN, attributes }: SQSRecord) =>
  deadFrom(eventSourceARN, attributes.DeadLetterQueueSourceArn);

/** A dead letter that failed waits longer each time (R09). */
async function backOff(
  { deadLetterQueues, telemetry }: Parts,
  { receiptHandle, eventSourceARN, attributes }: SQSRecord,
): Promise<void> {
  const name = eventSourceARN.split(':').at(-1);
  const queue = deadLetterQueues.find(({ url }) => url.endsWith(`/${name}`));
  const seconds = backOffSeconds(Number(attributes.ApproximateReceiveCount));
  if (queue === undefined) return;
  await retryLater(queue, [{ receiptHandle, seconds }], telemetry.logger);
}

/**
 * False if the message already has an outcome, or was redriven since: a copy changes nothing (R04). Throws
 * if it is unknown which message it is.
 */
async function keep(parts: Parts, record: SQSRecord): Promise<boolean> {
  const from = cameFrom(record);
  const { provenance, carriage } = readMessage(parts, record, from);
  const deadLetter = deadLetterOf(provenance, from.lane);
  const { origin, unreadable } = deadLetter;
  if (unreadable !== undefined) throw unreadableEnvelope(parts.telemetry, COMPONENT, unreadable);
  return parts.traces.processing(origin, record, async () => {
    if (deadLetter.isBackstop && (await endAsStored(parts, deadLetter))) return false;
    return enter(parts, deadLetter, { carriage, body: record.body });
  });
}

/**
 * SQS gives up on whatever was received too often: also on a message that is stored, and whose outcome, or whose
 * entry, could not be written for days. That ending stays (R04). False if it is not stored.
 */
async function endAsStored(
  { table, resources, topic, now }: Parts,
  { origin, lane }: DeadLetter,
): Promise<boolean> {
  if ((await identityStoredBy(resources, origin)) === undefined) return false;
  await markStored(table, origin, now());
  const hasEntry = await publishEnteredOutcome(table, topic, origin.messageId, now());
  if (!hasEntry) {
    await topic.publish(outcomeEvent(origin, lane, { verdict: 'stored', endedAt: now() }));
  }
  return true;
}

interface Carried {
  readonly carriage: Carriage;
  readonly body: string;
}

async function enter(
  parts: Parts,
  { origin: submitted, lane, crash, reason }: DeadLetter,
  carried: Carried,
): Promise<boolean> {
  const { table, topic, erased, telemetry, traces, now } = parts;
  const { emit, logger } = telemetry;
  const { carriage, body } = carried;
  // The object is not read: an erasure notes what it deletes before it reads entries.
  const object = carriage.kind === 'claim-check' ? carriage.s3 : undefined;
  const erasure = await erased.erasureOf(body, submitted, object);
  // A file may be named after a person.
  const named = erasure === undefined ? submitted : { ...submitted, file: undefined };
  const origin = { ...named, trace: traces.onward(submitted) };
  const placed = erasure === undefined ? await place(parts, submitted, carried) : undefined;
  const fingerprint = crashFingerprint(CRASHED, crash, reason);
  const why = { crash, reason, fingerprint, kind: 'dead-letter' } as const;
  const entry = { origin, lane, ...why, placed, erasure };
  const endedAt = now();
  const kept = await quarantine(table, entry, endedAt);
  if (kept) {
    emit('Quarantined', 'verdict', crash);
    const outcome = { verdict: 'dead-lettered', crash, fingerprint, endedAt } as const;
    await topic.publish(outcomeEvent(origin, lane, outcome));
  } else {
    await publishEnteredOutcome(table, topic, origin.messageId, now());
  }
  logger.warn('quarantined', { ...idsOf(origin), lane, crash, reason, fingerprint, kept });
  return kept;
}

/** The object of a claim check stays where it is: `validate` has put it where entries keep bodies (dead-letter.ts). */
function place(
  { bucket, settings }: Parts,
  owner: BodyOwner,
  { carriage, body }: Carried,
): PlacedBody | Promise<PlacedBody> {
  if (carriage.kind === 'claim-check') return { bodyS3: carriage.s3 };
  return placeBody(bucket, 'quarantine/', owner, body, settings.inlineBytesMax);
}
