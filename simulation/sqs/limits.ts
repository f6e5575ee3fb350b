/** What SQS takes: a request of one mebibyte, and the characters of XML 1.0. */
import {
  BatchRequestTooLong,
  InvalidMessageContents,
  type MessageAttributeValue,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';

export const REQUEST_BYTES_MAX = 1_048_576;
const REFUSED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones it is about
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

export type Attributes = Record<string, MessageAttributeValue>;
type Sizable = Partial<Pick<SendMessageCommandInput, 'MessageBody' | 'MessageAttributes'>>;

/** @throws BatchRequestTooLong for a request that is too large */
export function mustFit(entries: readonly Sizable[] = []): void {
  const bytes = entries.reduce(
    (sum, { MessageBody = '', MessageAttributes = {} }) =>
      sum + Buffer.byteLength(MessageBody) + attributeBytes(MessageAttributes),
    0,
  );
  if (bytes <= REQUEST_BYTES_MAX) return;
  throw new BatchRequestTooLong({ message: `${bytes} bytes are too many`, $metadata: {} });
}

export function attributeBytes(attributes: Readonly<Attributes>): number {
  let bytes = 0;
  for (const [name, { DataType = '', StringValue = '' }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + DataType.length + Buffer.byteLength(StringValue);
  }
  return bytes;
}

export function isLegible({ MessageBody = '', MessageAttributes = {} }: Sizable): boolean {
  const values = Object.values(MessageAttributes).map(({ StringValue = '' }) => StringValue);
  return ![MessageBody, ...values].some((text) => REFUSED.test(text));
}

/** @throws InvalidMessageContents for a message with other characters */
export function mustBeLegible(message: Sizable): void {
  if (isLegible(message)) return;
  throw new InvalidMessageContents({ message: 'Invalid characters', $metadata: {} });
}
