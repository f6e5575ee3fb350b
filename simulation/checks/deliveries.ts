/** What SQS says of the deliveries of a message. */
import type { SQSRecord } from 'aws-lambda';
import { isGroup } from '../../aws/suspect-group.ts';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import { membersIn } from './members.ts';

/** The timeout of `validate`, and what clocks may differ by (core/attempt/in-flight.ts). */
const RUNNING_MS = 15_000;

/** Whether the delivery seems to be the only one now: none came before it, or that one was long ago. */
export function seemsOnly(record: SQSRecord, now: number): boolean {
  return receivesOf(record) <= 1 || wasLongAgo(record, now);
}

/** Whether it seems to be the first. Such a one asks nothing: each healthy message would cost a read. */
export function seemsFirst(record: SQSRecord, now: number): boolean {
  const isSentOn = isGroup(record) || record.messageAttributes[ENVELOPE_ATTRIBUTE] !== undefined;
  return !isSentOn && receivesOf(record) <= 1 && !wasLongAgo(record, now);
}

const receivesOf = ({ attributes }: SQSRecord) => Number(attributes.ApproximateReceiveCount);
const wasLongAgo = ({ attributes }: SQSRecord, now: number) =>
  now - Number(attributes.ApproximateFirstReceiveTimestamp) > RUNNING_MS;

/** Message ids of the submissions that it stands for. */
export function idsOf({ messageId, body, messageAttributes }: SQSRecord): readonly string[] {
  const attributes = Object.fromEntries(
    Object.entries(messageAttributes).map(([name, { stringValue }]) => [
      name,
      { DataType: 'String', StringValue: stringValue ?? '' },
    ]),
  );
  return membersIn({ id: messageId, body, attributes }).map((member) => member.messageId);
}
