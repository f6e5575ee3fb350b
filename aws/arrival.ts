import type { SQSRecord } from 'aws-lambda';
import { claimIn } from '../core/message/claim-check.ts';
import type { Arrival } from '../core/message/origin.ts';

/** What a received message says of itself. */
export function arrivalOf(record: SQSRecord): Arrival {
  const { messageId, body, messageAttributes } = record;
  const attributes = Object.entries(messageAttributes);
  const notText = attributes.filter(([, { stringValue }]) => stringValue === undefined);
  return {
    messageId,
    sentAt: Number(record.attributes.SentTimestamp),
    attributes: Object.fromEntries(
      attributes.map(([name, { stringValue }]) => [name, stringValue]),
    ),
    ...(notText.length > 0 && { notText: notText.map(([name]) => name) }),
    text: body,
    isElsewhere: claimIn(body).kind === 'claim-check',
  };
}
