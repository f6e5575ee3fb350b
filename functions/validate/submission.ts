import type { SQSRecord } from 'aws-lambda';
import { type Reader, type ReceivedMessage, readMessage } from '../../aws/received-message.ts';
import type { Trouble } from '../../core/attempt/attempts.ts';
import {
  type InFlightPolicy,
  mayHaveRunBefore,
  type Receipt,
} from '../../core/attempt/in-flight.ts';
import { type BodyLocation, claimCheckTo, pinned } from '../../core/message/claim-check.ts';
import { decideAsBefore } from '../../core/message/correlation.ts';
import type { ValidateEnv } from './env.ts';

/** One received message: its source, and how it carries its resource. */
export interface Submission extends ReceivedMessage, Receipt {
  readonly record: SQSRecord;
}

/** Never throws, whatever the record holds. */
export function readSubmission(
  reader: Reader & Pick<ValidateEnv, 'lane' | 'laneQueueArn'>,
  record: SQSRecord,
): Submission {
  const { lane, laneQueueArn } = reader;
  const queue = record.eventSourceARN === laneQueueArn ? 'first' : 'behind';
  return {
    ...readMessage(reader, record, { lane, queue }),
    record,
    ...receiptOf(record),
  };
}

export const receiptOf = ({ attributes }: SQSRecord): Receipt => ({
  receives: Number(attributes.ApproximateReceiveCount),
  firstReceivedAt: Number(attributes.ApproximateFirstReceiveTimestamp),
});

/** As far as SQS knows: its count is approximate, so the time of the first receive is checked too. */
export function isFirst(
  {
    settings,
    now,
  }: {
    readonly settings: Pick<InFlightPolicy, 'functionTimeoutMs'>;
    readonly now: () => number;
  },
  submission: Submission,
): boolean {
  const { envelope } = submission.provenance;
  return envelope === undefined && !mayHaveRunBefore(submission, now(), settings);
}

/** The body of its next hop: a claim check names the version that was read. */
export function bodyToHop({ record, carriage }: Submission): string {
  const isPinned = carriage.kind === 'claim-check' && carriage.s3.versionId !== undefined;
  return isPinned ? claimCheckTo(carriage.s3) : record.body;
}

/** The object that it names, with the version that was read. Our own objects have only one version. */
export function pinnedIn({ carriage }: Submission): BodyLocation | undefined {
  return carriage.kind === 'claim-check' && !carriage.isOurs ? carriage.s3 : undefined;
}

/** With the version that its first attempt found, so that every attempt reads the same bytes. */
export function asBefore(submission: Submission, trouble: Trouble | undefined): Submission {
  const { carriage, provenance } = submission;
  const before = trouble?.pinned;
  const isSame = carriage.kind === 'claim-check' && carriage.s3.key === before?.key;
  const isOpen = isSame && carriage.s3.versionId === undefined;
  return {
    ...submission,
    provenance: {
      ...provenance,
      origin: decideAsBefore(provenance.origin, trouble?.correlationId),
    },
    ...(isOpen && { carriage: pinned(carriage, before?.versionId) }),
  };
}
