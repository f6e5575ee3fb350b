/**
 * Between a queue and its function: on AWS, a queue delivers at least once and in no order. The emulator
 * does neither by itself, so here a message may be delivered again, even after it was deleted, or be
 * overtaken by later ones.
 */
import type { SQSRecord } from 'aws-lambda';
import type { Mischief } from './mischief.ts';

/**
 * A copy comes up to this much later, so that it meets its original before, during and after its
 * processing.
 */
const COPY_WITHIN_MS = 3000;
const HELD_BACK_WITHIN_MS = 1000;
const HELD_BACK_SHARE = 0.2;

type Held = { record: SQSRecord; dueAt: number };

/** The messages of one mapping that were received and not yet handed to its function. */
export class Deliveries {
  #mischief: Mischief;
  #due: SQSRecord[] = [];
  #held: Held[] = [];

  constructor(mischief: Mischief) {
    this.#mischief = mischief;
  }

  /** How many wait, due or not. */
  get size(): number {
    return this.#due.length + this.#held.length;
  }

  /** How many may be delivered at `now` (epoch ms). */
  due(now: number): number {
    return this.#due.length + this.#held.filter(({ dueAt }) => dueAt <= now).length;
  }

  /** Adds what a receive returned. `now` in epoch ms. */
  add(records: SQSRecord[], now: number): void {
    const { duplicates, reorder, random } = this.#mischief;
    for (const record of records) {
      if (random() < duplicates) {
        this.#held.push({ record: this.#copy(record), dueAt: now + random() * COPY_WITHIN_MS });
      }
      if (reorder && random() < HELD_BACK_SHARE) {
        this.#held.push({ record, dueAt: now + random() * HELD_BACK_WITHIN_MS });
      } else this.#due.push(record);
    }
    if (reorder) shuffle(this.#due, random);
  }

  /** All that may be delivered now; what is not used comes back by {@link putBack}. */
  take(now: number): SQSRecord[] {
    const due = this.#held.filter(({ dueAt }) => dueAt <= now).map(({ record }) => record);
    this.#held = this.#held.filter(({ dueAt }) => dueAt > now);
    const taken = distinct([...this.#due, ...due]);
    this.#due = taken.again;
    return taken.first;
  }

  putBack(records: SQSRecord[]): void {
    this.#due.unshift(...records);
  }

  /** Gives back all that waits: the originals, because a copy has no place of its own. */
  clear(): SQSRecord[] {
    const records = [...this.#due, ...this.#held.map(({ record }) => record)];
    this.#due = [];
    this.#held = [];
    return distinct(records).first;
  }

  /** As another replica of the queue would deliver it: it may not know of the first receive. */
  #copy(record: SQSRecord): SQSRecord {
    const count = this.#mischief.random() < 0.5 ? 1 : 2;
    return {
      ...record,
      attributes: { ...record.attributes, ApproximateReceiveCount: String(count) },
    };
  }
}

/** A message is never twice in one batch: identifiers could not distinguish the two. */
function distinct(records: SQSRecord[]): { first: SQSRecord[]; again: SQSRecord[] } {
  const seen = new Set<string>();
  const first: SQSRecord[] = [];
  const again: SQSRecord[] = [];
  for (const record of records) {
    (seen.has(record.messageId) ? again : first).push(record);
    seen.add(record.messageId);
  }
  return { first, again };
}

function shuffle(records: SQSRecord[], random: () => number): void {
  for (let last = records.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [records[last], records[other]];
    if (a && b) [records[last], records[other]] = [b, a];
  }
}
