import type { SQSRecord } from 'aws-lambda';
import { arrivalOf } from '../../aws/arrival.ts';
import { claimantOf, prove } from '../../aws/sources.ts';
import type { Trouble } from '../../core/attempt/attempts.ts';
import {
  type BodyLocation,
  type Carriage,
  claimCheckTo,
  pinned,
  readCarriage,
} from '../../core/message/claim-check.ts';
import { decideAsBefore } from '../../core/message/correlation.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { type Provenance, readProvenance } from '../../core/message/origin.ts';
import type { SenderProblem } from '../../core/source/sources.ts';
import { environment, settings } from './environment.ts';

/** One received message: whose it is, and how it carries its resource. */
export interface Submission {
  readonly record: SQSRecord;
  readonly provenance: Provenance;
  readonly carriage: Carriage;
  readonly receives: number;
  /** Why its sender may not send it. */
  readonly refusal?: SenderProblem | undefined;
}

/** Never throws, whatever the record holds. */
export function readSubmission(record: SQSRecord): Submission {
  // Nobody of ours sends to the lane's own queue: an envelope there is a producer's invention.
  const isFirstQueue = record.eventSourceARN === environment.laneQueueArn;
  const said = arrivalOf(record);
  const { messageId, sentAt } = said;
  const { [ENVELOPE_ATTRIBUTE]: _, ...plain } = said.attributes;
  const attributes = isFirstQueue ? plain : said.attributes;
  const { provenance, admission } = prove(
    environment.senders,
    readProvenance({ ...said, attributes }),
    {
      messageId,
      sentAt,
      lane: environment.lane,
      queue: isFirstQueue ? 'first' : 'behind',
      attributes: record.attributes,
      claimed: attributes['source'],
      bytes: Buffer.byteLength(record.body),
    },
  );
  const { origin, envelope } = provenance;
  const claimant = claimantOf(environment.senders, environment.bucket.name, settings.formerKeys, {
    source: origin.source,
    laid: envelope?.laid,
    isHop: envelope !== undefined,
  });
  return {
    record,
    provenance,
    carriage: readCarriage(record.body, claimant),
    receives: Number(record.attributes.ApproximateReceiveCount),
    ...(admission.kind === 'refused' && { refusal: admission.problem }),
  };
}

/** The body of its next hop: a claim check names the version that was read. */
export function bodyToHop({ record, carriage }: Submission): string {
  const isPinned = carriage.kind === 'claim-check' && carriage.s3.versionId !== undefined;
  return isPinned ? claimCheckTo(carriage.s3) : record.body;
}

/** The object that it names, with the version that was read; of our own there is but one. */
export function pinnedIn({ carriage }: Submission): BodyLocation | undefined {
  return carriage.kind === 'claim-check' && !carriage.isOurs ? carriage.s3 : undefined;
}

/** With what its first attempt found: every attempt is about the same bytes. */
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
