/**
 * Only a message that was in an environment that died, that was seen to crash, or that took long in a
 * batch is isolated (R03). One that came back because of a fault of ours, or because we ran out of time, is no suspect.
 * The exception is the mark that its environment could not empty: it may name the message, and make it a
 * suspect.
 *
 * A message that was in an environment that died does not run beside others again before it was isolated. Which
 * messages an environment had is what its mark named. A copy that SQS delivers before the lease of that mark has ended,
 * or as if it were the first, cannot be told from a message that has not run.
 */
import type { SQSEvent } from 'aws-lambda';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import type { Message } from '../sqs/message.ts';
import { describe } from './fate.ts';
import { Marks } from './marks.ts';
import { isLaneQueue, membersOf } from './members.ts';

/** Clocks differ, ended leases are not searched for all the time, and machines stand still. */
const FOUND_WITHIN_MS = 15_000;
/** What is refused because of its sender runs nowhere, so it is not isolated. */
const RUNS: ReadonlySet<string | undefined> = new Set([undefined, 'claim-check']);

/** An invocation of `validate`. */
interface Running {
  readonly requestId: string;
  readonly at: number;
  readonly ids: readonly string[];
  /** Of these messages of a lane's own queue SQS says that they were received before. */
  readonly again: ReadonlySet<string>;
}

export class SuspectsChecker implements Checker {
  readonly kinds = ['invoked', 'written', 'died', 'ended', 'arrived', 'given up'] as const;
  readonly #submissions: Seen['submissions'];
  readonly #scheduler: Pick<Seen['scheduler'], 'now'>;
  readonly #running = new Map<string, Running>();
  readonly #marks = new Marks();
  readonly #maybeSuspects = new Set<string>();
  /** The numbers of submissions that were given up in a batch. */
  readonly #slow = new Set<number>();
  /** Messages that a death left, until they are isolated: when the lease of their mark ended. */
  readonly #left = new Map<string, number>();

  constructor({ submissions, scheduler }: Pick<Seen, 'submissions' | 'scheduler'>) {
    this.#submissions = submissions;
    this.#scheduler = scheduler;
  }

  see(effect: Effect, by: Host | undefined): void {
    if (!by?.name.includes('-validate-')) {
      if (effect.kind === 'arrived' && isIsolation(effect.queue.name))
        this.#sentBack(effect.message);
      return;
    }
    switch (effect.kind) {
      case 'invoked':
        this.#running.set(by.name, this.#begun(effect));
        return;
      case 'written':
        if (effect.table.endsWith('-inflight')) this.#marked(effect, by);
        return;
      case 'given up':
        this.#slow.add(effect.number);
        return;
      case 'died':
        this.#died(by);
        return;
      case 'ended':
        this.#ended(effect, by);
        return;
      case 'arrived':
        if (isIsolation(effect.queue.name)) this.#isolated(effect.message, by);
    }
  }

  #begun({ requestId, event }: EffectOf<'invoked'>): Running {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    const isAlone = records[0]?.eventSourceARN?.endsWith('-isolation') ?? false;
    const again = isAlone
      ? []
      : records.filter(({ attributes }) => Number(attributes?.ApproximateReceiveCount) > 1);
    return {
      requestId,
      at: this.#scheduler.now,
      ids: records.map(({ messageId }) => messageId),
      again: new Set(again.map(({ messageId }) => messageId)),
    };
  }

  #marked(effect: EffectOf<'written'>, { name, isDead }: Host): void {
    const { pk, messageId, messageIds } = effect.before ?? {};
    // It has its ending.
    if (effect.after === undefined && String(pk).startsWith('suspect#')) {
      this.#left.delete(String(messageId));
    }
    const running = this.#running.get(name);
    const mark = this.#marks.written(effect, name);
    if (isDead && mark !== undefined) {
      // It had stopped running these before it died, and its write arrives only now.
      for (const id of (messageIds ?? []) as unknown as readonly string[]) {
        if (!mark.messageIds.includes(id)) this.#left.delete(id);
      }
    }
    if (running === undefined || mark?.requestId !== running.requestId) return;
    for (const id of mark.messageIds) {
      const endedAt = this.#left.get(id) ?? Number.POSITIVE_INFINITY;
      if (running.at < endedAt + FOUND_WITHIN_MS || !running.again.has(id)) continue;
      const submission = this.#submissions.get(id);
      if (submission === undefined || !RUNS.has(submission.oddity)) continue;
      const what = `${describe(submission)} runs in ${name} without having been isolated`;
      throw new RuleBroken('R03', `${what}, and was in an environment that died`);
    }
  }

  #died(by: Host): void {
    const mark = this.#marks.latestOf(by.name);
    if (mark !== undefined && mark.requestId === this.#running.get(by.name)?.requestId) {
      for (const id of mark.messageIds) this.#left.set(id, mark.leaseEndsAt);
    }
    this.#suspect(by);
  }

  #suspect({ name }: Host): void {
    for (const id of this.#running.get(name)?.ids ?? []) this.#maybeSuspects.add(id);
    this.#running.delete(name);
  }

  /** It emptied its mark, or the mark may still name what it gives back. */
  #ended({ requestId }: EffectOf<'ended'>, by: Host): void {
    const mark = this.#marks.latestOf(by.name);
    if (mark?.requestId !== requestId || mark.messageIds.length > 0) this.#suspect(by);
    this.#running.delete(by.name);
  }

  /** What an operator sends back runs alone. It may be sent anew for a fault of ours, to the same queue (R09). */
  #sentBack(message: Message): void {
    for (const { messageId } of membersOf(message)) this.#maybeSuspects.add(messageId);
  }

  #isolated(message: Message, by: Host): void {
    for (const { messageId, hasCrashed } of membersOf(message)) {
      const submission = this.#submissions.get(messageId);
      const mayBe = hasCrashed || this.#maybeSuspects.has(messageId);
      if (!mayBe && submission !== undefined && !this.#slow.has(submission.number)) {
        const what = `${describe(submission)} was isolated by ${by.name}`;
        throw new RuleBroken('R03', `${what}, and was in no environment that died`);
      }
      // It may be sent on from one isolation to another.
      this.#maybeSuspects.add(messageId);
      this.#left.delete(messageId);
    }
  }
}

const isIsolation = (queue: string) => isLaneQueue(queue) && queue.endsWith('-isolation');
