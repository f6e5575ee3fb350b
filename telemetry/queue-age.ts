/**
 * The age of the oldest message of a queue, including those that AWS leaves out.
 * `ApproximateAgeOfOldestMessage` leaves out messages that were received three times or more, which is
 * every message that waits with back-off (R09). A function that receives such a message emits its age
 * before it begins, so that a death hides nothing, and a function that gives messages back emits the age of
 * the oldest.
 *
 * Nothing is emitted while nothing is received: for a paused or throttled lane, or an empty queue.
 */
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';

/** From this many receives on AWS does not count a message. */
const RECEIVES_UNCOUNTED = 3;

type EmitAge = (queue: string, seconds: number) => void;
interface Invocation {
  readonly event: unknown;
  readonly response?: unknown;
}

/** Middleware for a function with queues. `prefix` is that of the stage's queues. */
export function queueAge(prefix: string, emit: EmitAge, clock: () => number) {
  const tellOldest = (records: readonly SQSRecord[]) => {
    const now = clock();
    for (const [queue, sentAt] of oldestOf(records, prefix)) {
      emit(queue, Math.max(0, Math.round((now - sentAt) / 1_000)));
    }
  };
  return {
    before({ event }: Invocation): void {
      tellOldest(
        recordsOf(event).filter(
          ({ attributes }) => Number(attributes.ApproximateReceiveCount) >= RECEIVES_UNCOUNTED,
        ),
      );
    },
    after({ event, response }: Invocation): void {
      const failures = (response as SQSBatchResponse | undefined)?.batchItemFailures ?? [];
      const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
      tellOldest(recordsOf(event).filter(({ messageId }) => failed.has(messageId)));
    },
    /** All messages of a failed invocation come again. */
    onError({ event }: Invocation): void {
      tellOldest(recordsOf(event));
    },
  };
}

/** When the oldest message of each queue was sent, by the queue's name without the stage. */
function oldestOf(records: readonly SQSRecord[], prefix: string): ReadonlyMap<string, number> {
  const oldest = new Map<string, number>();
  for (const { eventSourceARN, attributes } of records) {
    const name = eventSourceARN.slice(eventSourceARN.lastIndexOf(':') + 1);
    if (!name.startsWith(prefix)) continue;
    const queue = name.slice(prefix.length).replace(/\.fifo$/, '');
    const sentAt = Number(attributes.SentTimestamp);
    oldest.set(queue, Math.min(sentAt, oldest.get(queue) ?? sentAt));
  }
  return oldest;
}

/** Events of other kinds have no records. */
function recordsOf(event: unknown): readonly SQSRecord[] {
  const isBatch = typeof event === 'object' && event !== null && 'Records' in event;
  return isBatch ? (event.Records as readonly SQSRecord[]) : [];
}
