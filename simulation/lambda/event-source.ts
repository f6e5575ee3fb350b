/** An event source mapping: receives batches from a queue and passes them to a function. */
import { dispose } from '../../packages/local-lambda/event-source/batch-response.ts';
import type { Outcome } from '../../packages/local-lambda/lambda/outcome.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Received } from '../sqs/message.ts';
import type { Queue } from '../sqs/queue.ts';
import { recordOf } from '../sqs/sqs.ts';
import type { LambdaFunction } from './function.ts';

export interface MappingPlan {
  readonly uuid: string;
  readonly queue: Queue;
  readonly target: LambdaFunction;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly concurrencyMax: number;
  readonly reportsFailures: boolean;
}

/** Absent settings do not change. */
interface Change {
  readonly enabled?: boolean | undefined;
  readonly concurrencyMax?: number | undefined;
}

/** Interval at which a poller looks for visible messages. */
const POLL_MS = 20;
/**
 * Pause after the function refused an invocation. The messages that were received for it have spent
 * a receive.
 */
const BACK_OFF_MS = 5_000;
/** An invocation takes 6 MB, and a message has up to 1 MiB. */
const LENGTH_MAX = 5_000_000;
/** Maximum duration of a change. */
const CHANGE_MS = 20_000;

export class EventSource {
  readonly plan: MappingPlan;
  readonly #scheduler: Scheduler;
  readonly #onChanged: (mapping: EventSource) => void;
  #state: 'Enabled' | 'Disabling' | 'Disabled' | 'Enabling' | 'Updating' = 'Enabled';
  /** The desired setting, which a change in progress has not reached yet. */
  #polling = true;
  #concurrencyMax: number;
  #running = 0;
  #isPollDue = false;
  #until = 0;
  /** How often a receive gets fewer messages than there are. */
  readonly #fewer: () => number;

  constructor(
    plan: MappingPlan,
    scheduler: Scheduler,
    onChanged: (mapping: EventSource) => void = () => undefined,
    fewer: () => number = () => 0,
  ) {
    this.plan = plan;
    this.#fewer = fewer;
    this.#onChanged = onChanged;
    this.#scheduler = scheduler;
    this.#concurrencyMax = plan.concurrencyMax;
    plan.queue.onVisible.push(() => this.#pollSoon());
  }

  get state(): string {
    return this.#state;
  }

  /** Whether it takes batches: a change that is under way may not have reached it. */
  get polls(): boolean {
    return this.#polling;
  }

  /** Whether nobody has changed it, or its changes have been taken back. */
  get isAsDeployed(): boolean {
    return this.#state === 'Enabled' && this.#concurrencyMax === this.plan.concurrencyMax;
  }

  get concurrencyMax(): number {
    return this.#concurrencyMax;
  }

  /**
   * Takes some time, during which the mapping goes on as before. Returns false while another change
   * is in progress.
   */
  change({ enabled = this.#polling, concurrencyMax = this.#concurrencyMax }: Change): boolean {
    if (this.#state !== 'Enabled' && this.#state !== 'Disabled') return false;
    if (enabled === this.#polling) this.#state = 'Updating';
    else this.#state = enabled ? 'Enabling' : 'Disabling';
    this.#scheduler.after(this.#scheduler.random.below(CHANGE_MS), () => {
      this.#polling = enabled;
      this.#state = enabled ? 'Enabled' : 'Disabled';
      this.#concurrencyMax = concurrencyMax;
      this.#scheduler.note(`${this.plan.queue.plan.name} ${this.#state} ${concurrencyMax}`);
      this.#onChanged(this);
      this.#pollSoon();
    });
    return true;
  }

  /** Only one poll is in progress at a time. If a batch is not full, it waits for its window. */
  #pollSoon(): void {
    if (this.#isPollDue) return;
    this.#isPollDue = true;
    const { queue, batchSize, windowMs } = this.plan;
    const waitMs = queue.visible < batchSize ? windowMs : 0;
    const pausedMs = Math.max(0, this.#until - this.#scheduler.now);
    this.#scheduler.after(pausedMs + waitMs + this.#scheduler.random.below(POLL_MS), () => {
      this.#isPollDue = false;
      this.#poll();
    });
  }

  #poll(): void {
    if (!this.#polling) return;
    const { queue, batchSize } = this.plan;
    if (!queue.hasNext || this.#running >= this.#concurrencyMax) return;
    const batch = queue.receive(this.#wanted(batchSize), undefined, LENGTH_MAX);
    if (batch.length > 0) this.#handOver(batch);
    if (queue.hasNext) this.#pollSoon();
  }

  #wanted(most: number): number {
    const { random } = this.#scheduler;
    return random.chance(this.#fewer()) ? random.between(1, most) : most;
  }

  #handOver(batch: readonly Received[]): void {
    const { queue, target } = this.plan;
    const event = { Records: batch.map((received) => recordOf(received, queue.plan)) };
    this.#running += 1;
    const refusal = target.invoke(event, (outcome) => this.#settle(batch, outcome));
    if (refusal === undefined) return;
    this.#running -= 1;
    this.#scheduler.note(`${target.plan.name} throttled ${batch.length}`);
    this.#until = this.#scheduler.now + BACK_OFF_MS;
  }

  /** Deletes the messages that succeeded. The others become visible again. */
  #settle(batch: readonly Received[], outcome: Outcome): void {
    this.#running -= 1;
    const { queue, reportsFailures } = this.plan;
    const ids = batch.map(({ message }) => message.id);
    const done = new Set(dispose(ids, outcome, reportsFailures).succeeded);
    for (const { message, receiptHandle } of batch) {
      if (done.has(message.id)) queue.delete(receiptHandle);
    }
    if (queue.hasNext) this.#pollSoon();
  }
}
