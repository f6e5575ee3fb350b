/** Submits entries to a lane in batches, several at a time, and accounts for all of them. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Entry, Resource } from '../input/entry.ts';
import type { Target } from '../target.ts';
import { batches } from './batches.ts';
import { type Outgoing, outgoing } from './outgoing.ts';
import { sendBatch } from './send-batch.ts';

/** More would only wait for the queue, which takes a few milliseconds for a batch. */
const PARALLEL_MAX = 8;

export interface Submission {
  readonly source?: string;
  /** @param sentAfterMs epoch ms just before the batch was sent. */
  readonly onAccepted?: (resource: Resource, messageId: string, sentAfterMs: number) => void;
  /** Called for entries that the queue refused, or that cannot be read (then there is no text). */
  readonly onUnsent: (entry: Entry, reason: string) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Reads only as far ahead as the batches in progress, so that input of any size needs little
 * memory. Stops reading when `signal` aborts, and finishes the batches in progress.
 * @returns how many were accepted and how many were not
 */
export async function submit(
  target: Target,
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  submission: Submission,
): Promise<{ accepted: number; unsent: number }> {
  const counts = { accepted: 0, unsent: 0 };
  const unsent = async (entry: Entry, reason: string) => {
    counts.unsent += 1;
    await submission.onUnsent(entry, reason);
  };
  const groups = batches(readable(target, entries, submission, unsent));
  const sendNext = async () => {
    for await (const batch of shared(groups)) {
      const sentAfterMs = Date.now();
      const { accepted, refused } = await sendBatch(target, batch, wait);
      counts.accepted += accepted.length;
      for (const { message, messageId } of accepted) {
        submission.onAccepted?.(message.resource, messageId, sentAfterMs);
      }
      for (const { message, reason } of refused) await unsent(message.resource, reason);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_MAX }, sendNext));
  return counts;
}

async function* readable(
  { bucket }: Target,
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  { source, signal }: Submission,
  unsent: (entry: Entry, reason: string) => Promise<void>,
): AsyncGenerator<Outgoing> {
  let sequence = 0;
  for await (const entry of entries) {
    if (signal?.aborted) return;
    sequence += 1;
    if (entry.kind === 'problem') await unsent(entry, entry.reason);
    else yield outgoing(entry, { sequence, ...(source !== undefined && { source }) }, bucket);
  }
}

/** One iterator for several loops: a loop that ends does not end it for the others. */
function shared<T>(iterator: AsyncGenerator<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
}
