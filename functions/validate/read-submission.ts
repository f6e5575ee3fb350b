import type { SQSRecord } from 'aws-lambda';
import { arrivalOf } from '../../aws/arrival.ts';
import { claimantOf, prove } from '../../aws/sources.ts';
import { readCarriage } from '../../core/message/claim-check.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { readProvenance } from '../../core/message/origin.ts';
import type { ValidateParts } from './parts.ts';
import type { Submission } from './submission.ts';

/** Never throws, whatever the record holds. */
export function readSubmission(parts: ValidateParts, record: SQSRecord): Submission {
  const { lane, senders, settings, bucket } = parts;
  // Our own code never sends to the lane's own queue, so an envelope there was made up by a producer.
  const isFirstQueue = record.eventSourceARN === parts.laneQueueArn;
  const said = arrivalOf(record);
  const { messageId, sentAt } = said;
  const { [ENVELOPE_ATTRIBUTE]: _, ...plain } = said.attributes;
  const attributes = isFirstQueue ? plain : said.attributes;
  const { provenance, admission } = prove(senders, readProvenance({ ...said, attributes }), {
    messageId,
    sentAt,
    lane,
    queue: isFirstQueue ? 'first' : 'behind',
    attributes: record.attributes,
    claimed: attributes['source'],
    bytes: Buffer.byteLength(record.body),
  });
  const { origin, envelope } = provenance;
  const claimant = claimantOf(senders, bucket.name, settings.formerKeys, {
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
