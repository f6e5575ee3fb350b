import type { SQSRecord } from 'aws-lambda';
import type { Trouble } from '../../core/attempt/attempts.ts';
import {
  type BodyLocation,
  type Carriage,
  claimCheckTo,
  pinned,
} from '../../core/message/claim-check.ts';
import { decideAsBefore } from '../../core/message/correlation.ts';
import type { Provenance } from '../../core/message/origin.ts';
import type { SenderProblem } from '../../core/source/sources.ts';

/** One received message: its source, and how it carries its resource. */
export interface Submission {
  readonly record: SQSRecord;
  readonly provenance: Provenance;
  readonly carriage: Carriage;
  readonly receives: number;
  /** Why its sender may not send it. */
  readonly refusal?: SenderProblem | undefined;
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
