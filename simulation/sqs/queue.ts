/** One queue: its messages, which of them are visible, and when the others become visible. */
import type { Effect } from '../effects.ts';
import type { Event } from '../event-heap.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';
import {
  handleOf,
  type Leaving,
  type Message,
  type QueueFaults,
  type QueuePlan,
  type Received,
  readHandle,
  type Sent,
} from './message.ts';
import { AnyOrder, InOrder, type Visible } from './visible.ts';

export interface QueueSurroundings {
  readonly scheduler: Scheduler;
  readonly random: Random;
  faults(): QueueFaults;
  /** Takes a message that was received too often. */
  redrive(to: string, message: Message): void;
  tell(effect: Effect): void;
}

/** Maximum time until an unwanted copy is received. */
const DUPLICATE_MS = 3_000;
const DEDUPLICATION_MS = 300_000;

export class Queue {
  readonly plan: QueuePlan;
  readonly #around: QueueSurroundings;
  readonly #messages = new Map<string, Message>();
  readonly #visible: Visible;
  readonly #known = new Map<string, { readonly at: number; readonly message: Message }>();
  /** When a message becomes visible again, by its id. */
  readonly #timers = new Map<string, Event>();
  #sequence = 0;
  /** Messages that were received, and are neither deleted nor visible again. */
  #inFlight = 0;
  /** Called when a message becomes visible, or those behind it in a FIFO queue are no longer blocked. */
  onVisible: (() => void)[] = [];

  constructor(plan: QueuePlan, around: QueueSurroundings) {
    this.plan = plan;
    this.#around = around;
    this.#visible = plan.isFifo ? new InOrder() : new AnyOrder(around.random);
  }

  /** Number of messages, in flight or not. */
  get size(): number {
    return this.#messages.size;
  }

  get visible(): number {
    return this.#visible.size;
  }

  /** Whether as many are in flight as may be. */
  get isFull(): boolean {
    const { inFlightMax } = this.#around.faults();
    return inFlightMax > 0 && this.#inFlight >= inFlightMax;
  }

  /** Whether a receive would get something. All visible messages of a FIFO queue may be blocked. */
  get hasNext(): boolean {
    return this.#visible.hasNext && !this.isFull;
  }

  get messages(): Iterable<Message> {
    return this.#messages.values();
  }

  send(sent: Sent): Message {
    const { scheduler, random } = this.#around;
    const key = sent.deduplicationId;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined && scheduler.now - known.at < DEDUPLICATION_MS) return known.message;
    const message: Message = {
      ...sent,
      id: random.uuid(),
      sentAt: scheduler.now,
      sequence: this.#sequence,
      receives: 0,
      firstReceivedAt: undefined,
      handle: 0,
      place: -1,
    };
    if (key !== undefined) this.#known.set(key, { at: scheduler.now, message });
    this.accept(message);
    return message;
  }

  /** Accepts a message that was sent or moved here. */
  accept(message: Message): void {
    this.#sequence += 1;
    this.#messages.set(message.id, message);
    this.#around.tell({ kind: 'arrived', queue: this.plan, message });
    const delayMs =
      message.delaySeconds === undefined ? this.plan.delayMs : message.delaySeconds * 1_000;
    if (delayMs === 0) this.#show(message);
    else this.#showAfter(message, delayMs);
  }

  /** No further message once they have so many characters. */
  receive(
    most: number,
    visibilityMs = this.plan.visibilityMs,
    lengthMax = Number.POSITIVE_INFINITY,
  ): Received[] {
    if (this.#visible instanceof InOrder) this.#visible.begin();
    const all: Received[] = [];
    let length = 0;
    while (all.length < most && length < lengthMax && !this.isFull) {
      const message = this.#visible.take();
      if (message === undefined) break;
      if (this.#isSpent(message)) continue;
      length += message.body.length;
      all.push(this.#handOut(message, visibilityMs));
    }
    return all;
  }

  /** Whether it was received too often or has expired. */
  #isSpent(message: Message): boolean {
    const { redrive, retentionMs } = this.plan;
    const isOld = this.#around.scheduler.now - message.sentAt >= retentionMs;
    const isTired = redrive !== undefined && message.receives >= redrive.receivesMax;
    if (!isOld && !isTired) return false;
    this.#visible.release(message);
    if (isOld || redrive === undefined) {
      this.#leave(message, 'expired');
    } else {
      this.#leave(message, 'redriven');
      this.#around.redrive(redrive.to, {
        ...message,
        receives: 0,
        firstReceivedAt: undefined,
        delaySeconds: 0,
      });
    }
    return true;
  }

  #handOut(message: Message, visibilityMs: number): Received {
    const { random, scheduler } = this.#around;
    const faults = this.#around.faults();
    message.receives += 1;
    message.handle += 1;
    this.#inFlight += 1;
    message.firstReceivedAt ??= scheduler.now;
    const isCopied = !this.plan.isFifo && random.chance(faults.duplicate);
    this.#showAfter(message, isCopied ? random.below(DUPLICATE_MS) : visibilityMs);
    const isOff = message.receives > 1 && random.chance(faults.countOff);
    const received = {
      message,
      receiptHandle: handleOf(message),
      receiveCount: isOff ? message.receives - 1 : message.receives,
    };
    this.#around.tell({ kind: 'received', queue: this.plan, received });
    return received;
  }

  /** A handle of an earlier receive may or may not delete the message. Both succeed. */
  delete(receiptHandle: string): void {
    const { id, handle } = readHandle(receiptHandle);
    const message = this.#messages.get(id);
    if (message === undefined) return;
    const { random } = this.#around;
    const isStale = handle !== message.handle;
    if ((isStale && random.chance(0.5)) || random.chance(this.#around.faults().deleteMissed))
      return;
    const isInFlight = message.place < 0;
    const { isFull } = this;
    if (isInFlight) {
      this.#inFlight -= 1;
      this.#visible.release(message);
    } else this.#visible.remove(message);
    this.#leave(message, 'deleted');
    if (isInFlight && (this.plan.isFifo || isFull) && this.hasNext) this.#announce();
  }

  /** False if the message is not in flight under that handle. */
  changeVisibility(receiptHandle: string, seconds: number): boolean {
    const { id, handle } = readHandle(receiptHandle);
    const message = this.#messages.get(id);
    if (message === undefined || message.place >= 0 || handle !== message.handle) return false;
    this.#showAfter(message, seconds * 1_000);
    return true;
  }

  /** Only the newest timer counts. */
  #showAfter(message: Message, ms: number): void {
    this.#endWait(message);
    const timer = this.#around.scheduler.after(ms, () => {
      this.#timers.delete(message.id);
      if (message.handle > 0) {
        this.#inFlight -= 1;
        this.#visible.release(message);
      }
      this.#show(message);
    });
    this.#timers.set(message.id, timer);
  }

  #endWait({ id }: Message): void {
    const timer = this.#timers.get(id);
    if (timer !== undefined) timer.act = undefined;
  }

  #show(message: Message): void {
    this.#visible.add(message);
    this.#announce();
  }

  #announce(): void {
    for (const tell of this.onVisible) tell();
  }

  #leave(message: Message, how: Leaving): void {
    this.#messages.delete(message.id);
    this.#endWait(message);
    this.#timers.delete(message.id);
    this.#around.tell({ kind: 'left', queue: this.plan, message, how });
  }
}
