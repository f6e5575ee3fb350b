/**
 * The poller of one event source mapping. It fills a batch, waits for its turn, passes the batch to
 * the function, and fills the next one meanwhile. It holds at most one batch that is not running.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { Lease } from '../lambda/host.ts';
import { cutBatch, eventOf, PAYLOAD_MAX_BYTES } from './batch.ts';
import { type Disposition, dispose } from './batch-response.ts';
import type { Deliveries } from './delivery.ts';
import { toRecord } from './record.ts';
import {
  CALL_MAX,
  receiveMessages,
  releaseMessages,
  removeMessages,
  type SourceQueue,
} from './source-queue.ts';
import { keepPacked, keepPlain, toWaiting, type Waiting } from './waiting.ts';

export type Mapping = {
  queue: SourceQueue;
  batchSize: number;
  windowMs: number;
  reportsFailures: boolean;
  /** Waits for the right to one more invocation. */
  acquire(): Promise<Lease>;
  /** Called for each batch that failed as a whole. */
  onFailure(reason: string, records: Waiting[]): void;
  /** Called when the queue refuses a call, for example because it is gone. The poller goes on. */
  onRefusal(error: unknown): void;
};

export type Poller = {
  /** Messages and copies in flight. */
  inFlight(): number;
  /** Stops polling, returns what it has not delivered, and waits for the running invocations. */
  end(): Promise<void>;
};

/** SQS's maximum. */
const WAIT_SECONDS = 20;
/** Used while copies or delayed messages wait: a longer poll would delay them. */
const WAIT_SECONDS_HOLDING = 1;
/**
 * How long a poller rests when it has received all that there was. Otherwise a mapping that collects for
 * minutes would receive its messages one by one.
 */
const REST_OF_WINDOW = 0.01;
const REST_MS_MAX = 500;
/** A mapping with a window as long as this packs what waits. */
const PACKED_FROM_MS = 10_000;
/** How long a poller rests after its queue refused a call. */
const REFUSED_REST_MS = 1_000;

export function startPoller(mapping: Mapping, deliveries: Deliveries): Poller {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let runningRecords = 0;

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await fill(mapping, deliveries, stopping.signal);
      } catch (error) {
        mapping.onRefusal(error);
        await wait(REFUSED_REST_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
      if (deliveries.size > 0) await startBatch();
    }
  }

  async function startBatch(): Promise<void> {
    const lease = await mapping.acquire();
    const { records, rest } = cutBatch(deliveries.take(Date.now()), mapping.batchSize);
    deliveries.putBack(rest);
    if (records.length === 0 || stopping.signal.aborted) {
      lease.giveBack();
      return;
    }
    runningRecords += records.length;
    const run = runBatch(mapping, lease, records)
      .catch(mapping.onRefusal)
      .finally(() => {
        runningRecords -= records.length;
        running.delete(run);
      });
    running.add(run);
  }

  const polling = poll();
  return {
    inFlight: () => (stopping.signal.aborted ? 0 : deliveries.size) + runningRecords,
    async end() {
      stopping.abort();
      // A batch that waits for its turn gets it when another one ends. If that never happens, its
      // messages are returned.
      polling.catch(() => {});
      await Promise.allSettled([
        ...running,
        releaseMessages(mapping.queue, handlesOf(deliveries.clear())),
      ]);
    },
  };
}

/**
 * Receives until a batch has its size or fills an event, or until its window is over. The window starts
 * with the first message.
 */
async function fill(mapping: Mapping, deliveries: Deliveries, signal: AbortSignal): Promise<void> {
  const { batchSize, windowMs, queue } = mapping;
  let windowEnd: number | undefined;
  while (!signal.aborted) {
    const now = Date.now();
    const { count, bytes } = deliveries.due(now);
    if (count > 0) windowEnd ??= now + windowMs;
    if (count >= batchSize || bytes >= PAYLOAD_MAX_BYTES) return;
    if (windowEnd !== undefined && now >= windowEnd) return;
    // The emulator waits for fractions of a second too, so the window is exact.
    const left = windowEnd === undefined ? idleWait(deliveries) : (windowEnd - now) / 1000;
    const waitSeconds = Math.min(left, WAIT_SECONDS);
    const messages = await receiveMessages(queue, batchSize - count, waitSeconds, signal);
    deliveries.add(
      toWaiting(
        messages.map((message) => toRecord(message, queue.arn)),
        windowMs < PACKED_FROM_MS ? keepPlain : keepPacked,
      ),
      Date.now(),
    );
    if (messages.length > 0 && messages.length < CALL_MAX) await rest(mapping, signal);
  }
}

/** Short windows are hardly longer for it. */
async function rest({ windowMs }: Mapping, signal: AbortSignal): Promise<void> {
  const ms = Math.min(windowMs * REST_OF_WINDOW, REST_MS_MAX);
  if (ms > 0) await wait(ms, undefined, { signal }).catch(() => {});
}

function idleWait(deliveries: Deliveries): number {
  return deliveries.size > 0 ? WAIT_SECONDS_HOLDING : WAIT_SECONDS;
}

async function runBatch(mapping: Mapping, lease: Lease, records: Waiting[]): Promise<void> {
  const outcome = await lease.invoke(() => eventOf(records));
  const ids = records.map(({ messageId }) => messageId);
  const disposition: Disposition = dispose(ids, outcome, mapping.reportsFailures);
  if (disposition.reason) mapping.onFailure(disposition.reason, records);
  const done = new Set(disposition.succeeded);
  const over = records.filter(({ messageId }) => done.has(messageId));
  await removeMessages(mapping.queue, handlesOf(over));
}

const handlesOf = (records: Waiting[]) =>
  records.map(({ receiptHandle }) => ({ ReceiptHandle: receiptHandle }));
