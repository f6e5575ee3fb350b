/** Groups messages so that SQS accepts each group: at most 10 messages and 1 MiB together. */
import { MESSAGE_BYTES_MAX } from './outgoing.ts';

const BATCH_MESSAGES_MAX = 10;

/** Keeps the order. No single message may exceed `bytesMax`; each batch holds at least one. */
export async function* batches<T extends { readonly bytes: number }>(
  messages: AsyncIterable<T> | Iterable<T>,
  messagesMax: number = BATCH_MESSAGES_MAX,
  bytesMax: number = MESSAGE_BYTES_MAX,
): AsyncGenerator<T[]> {
  let batch: T[] = [];
  let bytes = 0;
  for await (const message of messages) {
    if (batch.length === messagesMax || (batch.length > 0 && bytes + message.bytes > bytesMax)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += message.bytes;
  }
  if (batch.length > 0) yield batch;
}
