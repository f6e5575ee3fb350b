/**
 * Delivers messages as a real queue does: at least once and in no order. The emulator does neither,
 * so here a message may be delivered again, even after it was deleted, or be overtaken by later
 * ones.
 */
import type { SQSRecord } from 'aws-lambda';
import type { Mischief } from './duplicates-and-reordering.ts';
import { textsOf, toWaiting, type Waiting } from './waiting.ts';

/**
 * A copy is delivered up to this much later, so that it may meet its original before, during and
 * after its processing.
 */
const COPY_WITHIN_MS = 3000;
const HELD_BACK_WITHIN_MS = 1000;
const HELD_BACK_SHARE = 0.2;

type Held = { record: Waiting; dueAt: number };

/** Messages of one mapping that were received and not yet passed to its function. */
export class Deliveries {
  #mischief: Mischief;
  #due: Waiting[] = [];
  #held: Held[] = [];

  constructor(mischief: Mischief) {
    this.#mischief = mischief;
  }

  /** Number of waiting messages, due or not. */
  get size(): number {
    return this.#due.length + this.#held.length;
  }

  /** How many messages may be delivered at `now` (epoch ms), and the size of their records. */
  due(now: number): { count: number; bytes: number } {
    const due = this.#dueAt(now);
    return { count: due.length, bytes: bytesOf(due) };
  }

  /** Adds received messages. `now` in epoch ms. */
  add(records: Waiting[], now: number): void {
    const { duplicates, reorder, random } = this.#mischief;
    for (const record of records) {
      if (random() < duplicates) {
        const dueAt = now + random() * COPY_WITHIN_MS;
        for (const copy of this.#copy(record)) this.#held.push({ record: copy, dueAt });
      }
      if (reorder && random() < HELD_BACK_SHARE) {
        this.#held.push({ record, dueAt: now + random() * HELD_BACK_WITHIN_MS });
      } else this.#due.push(record);
    }
    if (reorder) shuffle(this.#due, random);
  }

  /** All messages that may be delivered now. Return unused ones with {@link putBack}. */
  take(now: number): Waiting[] {
    const due = this.#dueAt(now);
    this.#held = this.#held.filter(({ dueAt }) => dueAt > now);
    const taken = distinct(due);
    this.#due = taken.again;
    return taken.first;
  }

  putBack(records: Waiting[]): void {
    this.#due.unshift(...records);
  }

  /**
   * Removes and returns all waiting originals. A copy needs no return: it is not a message of the
   * queue.
   */
  clear(): Waiting[] {
    const records = [...this.#due, ...this.#held.map(({ record }) => record)];
    this.#due = [];
    this.#held = [];
    return distinct(records).first;
  }

  #dueAt(now: number): Waiting[] {
    const held = this.#held.filter(({ dueAt }) => dueAt <= now);
    return [...this.#due, ...held.map(({ record }) => record)];
  }

  /** A copy as another replica of the queue would deliver it: its receive count may be older. */
  #copy(original: Waiting): Waiting[] {
    const count = this.#mischief.random() < 0.5 ? 1 : 2;
    return toWaiting(
      textsOf([original]).map((json) => {
        const record: SQSRecord = JSON.parse(json);
        const attributes = { ...record.attributes, ApproximateReceiveCount: String(count) };
        return { ...record, attributes };
      }),
    );
  }
}

function bytesOf(records: Waiting[]): number {
  return records.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A message is never twice in one batch: their identifiers would be equal. */
function distinct(records: Waiting[]): { first: Waiting[]; again: Waiting[] } {
  const seen = new Set<string>();
  const first: Waiting[] = [];
  const again: Waiting[] = [];
  for (const record of records) {
    (seen.has(record.messageId) ? again : first).push(record);
    seen.add(record.messageId);
  }
  return { first, again };
}

function shuffle(records: Waiting[], random: () => number): void {
  for (let last = records.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [records[last], records[other]];
    if (a && b) [records[last], records[other]] = [b, a];
  }
}
