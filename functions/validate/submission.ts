import type { SQSRecord } from 'aws-lambda';
import { type Carriage, readCarriage } from '../../core/claim-check.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/messages.ts';
import { type Provenance, readProvenance } from '../../core/origin.ts';
import type { Issue } from '../../core/verdict.ts';
import { fetchBody } from '../aws/bodies-bucket.ts';
import { environment, settings } from './environment.ts';

/** One received message: whose it is, and how it carries its resource. */
export interface Submission {
  readonly record: SQSRecord;
  readonly provenance: Provenance;
  readonly carriage: Carriage;
  readonly receives: number;
}

/** Never throws, whatever the record holds. */
export function readSubmission(record: SQSRecord): Submission {
  // Nobody of ours sends to the lane's own queue: an envelope there is a producer's invention.
  const isFirstQueue = record.eventSourceARN === environment.laneQueueArn;
  const attributes = Object.entries(record.messageAttributes)
    .filter(([name]) => !(isFirstQueue && name === ENVELOPE_ATTRIBUTE))
    .map(([name, attribute]) => [name, attribute.stringValue] as const);
  return {
    record,
    provenance: readProvenance({
      messageId: record.messageId,
      sentAt: Number(record.attributes.SentTimestamp),
      attributes: Object.fromEntries(attributes),
    }),
    carriage: readCarriage(record.body, environment.bucket),
    receives: Number(record.attributes.ApproximateReceiveCount),
  };
}

export type LoadedText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly issue: Issue };

/**
 * The text of the resource, or why it is refused unread. Throws where the bucket cannot be read,
 * which is a fault of our own. A missing object is none: producers write the object first and S3 is
 * consistent, so it will not appear later.
 */
export async function loadText({ record, provenance, carriage }: Submission): Promise<LoadedText> {
  if (provenance.problem !== undefined) return refused('invalid', provenance.problem);
  switch (carriage.kind) {
    case 'inline':
      return { kind: 'text', text: record.body };
    case 'refused':
      return refused('security', carriage.problem);
    case 'claim-check': {
      const fetched = await fetchBody(carriage.claimCheck.s3, settings.resourceBytesMax);
      if (fetched.kind === 'text') return fetched;
      if (fetched.kind === 'too-large') {
        const most = `the limit is ${settings.resourceBytesMax}`;
        return refused('too-long', `The resource has ${fetched.bytes} bytes, ${most}`);
      }
      if (fetched.kind === 'not-utf8') return refused('invalid', 'The resource is not UTF-8');
      return refused('not-found', "The claim check's object does not exist");
    }
  }
}

function refused(code: string, text: string): LoadedText {
  return { kind: 'refused', issue: { severity: 'error', code, text } };
}
