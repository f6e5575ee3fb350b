/**
 * How messages are packed into batch sends: ten entries and 1 MiB a request, whichever is reached
 * first. A message's size is that of its body plus name, type and value of each attribute, in UTF-8.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const BATCH_ENTRIES_MAX = 10;
/** Largest message, and largest batch send. */
export const SEND_BYTES_MAX = 1024 * 1024;

export interface Sendable {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Size as SQS counts it; attributes are of type String. */
export function messageBytes(message: Sendable): number {
  let bytes = Buffer.byteLength(message.body);
  for (const [name, value] of Object.entries(message.attributes)) {
    bytes += Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value);
  }
  return bytes;
}

/**
 * Batches in the given order. A message above the limit gets a batch of its own, which SQS refuses.
 */
export function packBatches<M extends Sendable>(messages: readonly M[]): M[][] {
  const batches: M[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = messageBytes(message);
    const current = batches.at(-1);
    if (current === undefined || bytes > room || current.length === BATCH_ENTRIES_MAX) {
      batches.push([message]);
      room = SEND_BYTES_MAX - bytes;
    } else {
      current.push(message);
      room -= bytes;
    }
  }
  return batches;
}
