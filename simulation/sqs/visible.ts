/** The visible messages of a queue, and their order. */
import type { Random } from '../random.ts';
import type { Message } from './message.ts';

export interface Visible {
  readonly size: number;
  /** Whether `take` would return one. */
  readonly hasNext: boolean;
  add(message: Message): void;
  remove(message: Message): void;
  /** Removes and returns the next one. */
  take(): Message | undefined;
  /** A message that was taken is deleted, or visible again. */
  release(message: Message): void;
}

/** Number of messages that are compared. The one of the quietest group is taken. */
const COMPARED = 4;

/**
 * A standard queue: any message may be next. As in a fair queue, a group with few messages in
 * flight usually comes before a group with many.
 */
export class AnyOrder implements Visible {
  readonly #random: Random;
  readonly #messages: Message[] = [];
  readonly #inFlight = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#messages.length;
  }

  get hasNext(): boolean {
    return this.#messages.length > 0;
  }

  add(message: Message): void {
    message.place = this.#messages.length;
    this.#messages.push(message);
  }

  remove(message: Message): void {
    const { place } = message;
    const last = this.#messages.pop();
    if (last !== undefined && last !== message) {
      this.#messages[place] = last;
      last.place = place;
    }
    message.place = -1;
  }

  take(): Message | undefined {
    let best: Message | undefined;
    const compared = Math.min(COMPARED, this.#messages.length);
    for (let count = 0; count < compared; count += 1) {
      const other = this.#messages[this.#random.below(this.#messages.length)];
      if (other !== undefined && (best === undefined || this.#busy(other) < this.#busy(best))) {
        best = other;
      }
    }
    if (best === undefined) return undefined;
    this.remove(best);
    this.#count(best, 1);
    return best;
  }

  release(message: Message): void {
    this.#count(message, -1);
  }

  #busy({ groupId }: Message): number {
    return groupId === undefined ? 0 : (this.#inFlight.get(groupId) ?? 0);
  }

  #count({ groupId }: Message, change: number): void {
    if (groupId === undefined) return;
    const count = (this.#inFlight.get(groupId) ?? 0) + change;
    if (count > 0) this.#inFlight.set(groupId, count);
    else this.#inFlight.delete(groupId);
  }
}

/**
 * A FIFO queue: in the order of sending within a group. A group with a message in flight at another
 * reader is blocked.
 */
export class InOrder implements Visible {
  readonly #groups = new Map<string, Message[]>();
  readonly #inFlight = new Map<string, number>();
  /** One receive may take several messages of a group. */
  #receiving = new Set<string>();
  size = 0;

  get hasNext(): boolean {
    if (this.size === 0) return false;
    for (const [name, group] of this.#groups) {
      if (group.length > 0 && !this.#inFlight.has(name)) return true;
    }
    return false;
  }

  add(message: Message): void {
    const group = this.#groups.get(message.groupId ?? '') ?? [];
    const before = group.findLastIndex((other) => other.sequence <= message.sequence);
    group.splice(before + 1, 0, message);
    this.#groups.set(message.groupId ?? '', group);
    message.place = 0;
    this.size += 1;
  }

  remove(message: Message): void {
    const group = this.#groups.get(message.groupId ?? '') ?? [];
    const place = group.indexOf(message);
    if (place !== -1) {
      group.splice(place, 1);
      this.size -= 1;
    }
    message.place = -1;
  }

  /** Starts a new receive: messages of earlier receives block their groups. */
  begin(): void {
    this.#receiving = new Set();
  }

  take(): Message | undefined {
    for (const [name, group] of this.#groups) {
      const [first] = group;
      const isFree = !this.#inFlight.has(name) || this.#receiving.has(name);
      if (first === undefined || !isFree) continue;
      this.remove(first);
      this.#receiving.add(name);
      this.#inFlight.set(name, (this.#inFlight.get(name) ?? 0) + 1);
      return first;
    }
    return undefined;
  }

  release({ groupId = '' }: Message): void {
    const count = (this.#inFlight.get(groupId) ?? 0) - 1;
    if (count > 0) this.#inFlight.set(groupId, count);
    else this.#inFlight.delete(groupId);
  }
}
