import type { SQSRecord } from 'aws-lambda';
import { GROUP_ATTRIBUTE, membersOf } from '../core/attempt/suspect-group.ts';

export function isGroup({ messageAttributes }: SQSRecord): boolean {
  return GROUP_ATTRIBUTE in messageAttributes;
}

/** The members of a group, each as the record that it would have been alone. */
export function memberRecords(record: SQSRecord): SQSRecord[] {
  return membersOf(record.body).map(({ body, attributes }) => ({
    ...record,
    body,
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [
        name,
        { dataType: 'String', stringValue },
      ]),
    ),
  }));
}
