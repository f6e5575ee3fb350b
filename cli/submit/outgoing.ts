/** One resource as its SQS message, measured as SQS measures. */
import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { submissionsOf } from '../../core/message/claim-check.ts';
import { groupIdOf } from '../../core/message/message-group.ts';
import { type ClaimCheck, FILE_CHARACTERS_MAX } from '../../core/message/messages.ts';
import { isAcceptedBySqs, textForSqs } from '../../core/message/sqs-characters.ts';
import type { Resource } from '../input/entry.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MESSAGE_BYTES_MAX = 1024 * 1024;

export interface Outgoing {
  readonly resource: Resource;
  readonly body: string;
  readonly attributes: Record<string, MessageAttributeValue>;
  /** The message's source: SQS lets no source's flood delay the others (R50). */
  readonly groupId: string;
  /** Body and attributes together. */
  readonly bytes: number;
  /** Set if the body is a claim check: the text to be stored before the message is sent. */
  readonly upload?: ClaimCheck['s3'] & { readonly text: string };
}

export interface Origin {
  readonly source?: string;
  /** Position among the submissions of this run: decides between two of the same millisecond (R05). */
  readonly sequence: number;
}

/** @param bucket stores bodies that do not fit into a message, or that SQS would refuse */
export function outgoing(resource: Resource, origin: Origin, bucket: string): Outgoing {
  const attributes = {
    ...(origin.source !== undefined && { source: attribute('String', origin.source) }),
    file: attribute('String', fileAsSent(resource.file)),
    line: attribute('Number', String(resource.line)),
    sequence: attribute('Number', String(origin.sequence)),
  };
  const groupId = groupIdOf(origin.source ?? 'default');
  const { text } = resource;
  const bytes = Buffer.byteLength(text) + attributeBytes(attributes);
  if (bytes <= MESSAGE_BYTES_MAX && isAcceptedBySqs(text)) {
    return { resource, body: text, attributes, groupId, bytes };
  }
  // Named by its content: sending it again writes the same object, never another one's.
  const folder = submissionsOf(origin.source ?? 'default');
  const key = `${folder}${createHash('sha256').update(text).digest('hex')}`;
  const body = JSON.stringify({ s3: { bucket, key } } satisfies ClaimCheck);
  return {
    resource,
    body,
    attributes,
    groupId,
    bytes: Buffer.byteLength(body) + attributeBytes(attributes),
    upload: { bucket, key, text },
  };
}

/** The name of a file as its messages have it: with characters that SQS accepts, and the end of a long path. */
export function fileAsSent(file: string): string {
  const accepted = textForSqs(file);
  if (accepted.length <= FILE_CHARACTERS_MAX) return accepted;
  // Never half of a pair.
  return `…${accepted.slice(1 - FILE_CHARACTERS_MAX).replace(/^[\udc00-\udfff]/, '')}`;
}

function attribute(type: 'String' | 'Number', value: string): MessageAttributeValue {
  return { DataType: type, StringValue: value };
}

function attributeBytes(attributes: Record<string, MessageAttributeValue>): number {
  let bytes = 0;
  for (const [name, { DataType = '', StringValue = '' }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue);
  }
  return bytes;
}
