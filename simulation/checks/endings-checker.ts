/**
 * Each submission ends as exactly one of stored, rejected, dead-lettered, and as the expected one
 * (R04, R02, R09). The checker counts the copies of a submission in the queues: when the last one
 * leaves, the ending must be recorded.
 */
import type { SQSEvent } from 'aws-lambda';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import type { Message } from '../sqs/message.ts';
import { idsOf, seemsFirst } from './deliveries.ts';
import { describe, type Fate, fatesOf, mayBe } from './fate.ts';
import { arrivedOf, type Life, nameOf, newLife } from './life.ts';
import { isLaneQueue, membersOf } from './members.ts';
import { orderOf, placeOf } from './resources-checker.ts';

/** What nothing changes any more, not even an operator. */
const OVER: ReadonlySet<unknown> = new Set(['discarded', 'stored', 'delivered']);
const ENDED: ReadonlySet<string> = new Set(['quarantined', 'discarded', 'stored', 'delivered']);
const FATE_OF_KIND: Readonly<Record<string, Fate>> = {
  rejection: 'rejected',
  'dead-letter': 'dead-lettered',
};
const RULE_OF_FATE = { stored: 'R04', rejected: 'R09', 'dead-lettered': 'R02' } as const;

/** An invocation. */
interface Begun {
  /** How many effects there had been. */
  readonly at: number;
  /** Messages whose delivery SQS calls the first. */
  readonly firsts: ReadonlySet<string>;
}

export class EndingsChecker implements Checker {
  readonly kinds = ['submitted', 'arrived', 'left', 'written', 'published', 'invoked'] as const;
  readonly #lives = new Map<string, Life>();
  /** By place in Resources: the order of the submission there. */
  readonly #held = new Map<string, string>();
  /** Effects so far. */
  #count = 0;
  /** By host. */
  readonly #begun = new Map<string, Begun>();
  /** Submissions that may not have ended yet. */
  readonly #open = new Set<Life>();
  readonly #scheduler: Pick<Seen['scheduler'], 'now'>;

  constructor({ scheduler }: { readonly scheduler: Pick<Seen['scheduler'], 'now'> }) {
    this.#scheduler = scheduler;
  }

  see(effect: Effect, by?: Host): void {
    this.#count += 1;
    switch (effect.kind) {
      case 'submitted':
        this.#lifeOf(effect.submission.messageId).submission = effect.submission;
        return;
      case 'arrived':
        if (!isLaneQueue(effect.queue.name)) return;
        for (const member of membersOf(effect.message))
          arrivedOf(this.#lifeOf(member.messageId), member, effect.message);
        return;
      case 'left':
        if (isLaneQueue(effect.queue.name)) this.#left(effect.message, effect.how);
        return;
      case 'written':
        if (effect.table.endsWith('-resources')) this.#stored(effect.after);
        if (effect.table.endsWith('-quarantine')) this.#entered(effect.before, effect.after);
        return;
      case 'published':
        if (effect.topic.endsWith('-outcomes')) this.#told(effect.message, by);
        return;
      case 'invoked':
        if (by !== undefined) this.#invoked(effect, by);
    }
  }

  #invoked({ event }: EffectOf<'invoked'>, by: Host): void {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    const firsts = by.name.includes('-validate-')
      ? records.filter((record) => seemsFirst(record, this.#scheduler.now)).flatMap(idsOf)
      : [];
    this.#begun.set(by.name, { at: this.#count, firsts: new Set(firsts) });
  }

  unfinished(): string | undefined {
    for (const life of this.#open) {
      const why = this.#unfinished(life);
      if (why !== undefined) return `${nameOf(life)} ${why}`;
      this.#open.delete(life);
    }
    return undefined;
  }

  end(): void {
    for (const life of this.#lives.values()) {
      const why = this.#unfinished(life);
      if (why !== undefined) throw new RuleBroken('R04', `${nameOf(life)} ${why}`);
    }
  }

  #lifeOf(messageId: string): Life {
    const known = this.#lives.get(messageId);
    if (known !== undefined) return known;
    const life = newLife(messageId);
    this.#lives.set(messageId, life);
    this.#open.add(life);
    return life;
  }

  #left(message: Message, how: string): void {
    for (const { messageId } of membersOf(message)) {
      const life = this.#lifeOf(messageId);
      life.copies -= 1;
      // A message that SQS moves to a dead-letter queue arrives there next.
      if (life.copies > 0 || how === 'redriven' || this.#hasEnded(life)) continue;
      const state = life.status === undefined ? 'without an ending' : `while ${life.status}`;
      throw new RuleBroken('R04', `${nameOf(life)} was ${how} ${state}: its last copy is gone`);
    }
  }

  #stored(after: Item | undefined): void {
    if (after === undefined) return;
    this.#held.set(String(after['pk']), String(after['submissionOrder']));
  }

  #entered(before: Item | undefined, after: Item | undefined): void {
    const item = after ?? before;
    const { pk, status, kind } = item ?? {};
    const life = this.#lives.get(String(pk));
    // The entry of a delivery is not the entry of its submission.
    if (life === undefined) return;
    if (OVER.has(before?.['status']) && status !== before?.['status']) {
      throw new RuleBroken('R04', `${nameOf(life)} was ${before?.['status']}, and is ${status}`);
    }
    if (isDiscardedOnItsWay(before, after)) {
      throw new RuleBroken('R04', `${nameOf(life)} was ${before?.['status']}, and was discarded`);
    }
    life.status = after === undefined ? undefined : String(status);
    if (status === 'quarantined' && before?.['status'] !== status) {
      mustBe(life, FATE_OF_KIND[String(kind)] ?? 'stored');
      const isRefused = life.submission?.isErased === true;
      if (!isRefused && life.isCorrected && Number(after?.['round'] ?? 0) === life.round) {
        throw new RuleBroken('R04', `${nameOf(life)} was corrected, and is ${kind} again`);
      }
    }
    if (status === 'quarantined' && ENDED.has(String(before?.['status']))) {
      mustStay(life, before, after);
    }
    if (!ENDED.has(String(life.status))) this.#open.add(life);
  }

  #told(message: string, by: Host | undefined): void {
    const {
      messageId,
      verdict,
      redrivenAt = 0,
    } = JSON.parse(message) as { messageId: string; verdict: Fate; redrivenAt?: number };
    const life = this.#lives.get(messageId);
    if (life === undefined) {
      throw new RuleBroken('R04', `the ending of ${messageId} was told, which nobody sent`);
    }
    mustBe(life, verdict);
    life.isTold = true;
    // An operator may send a message back before its ending of the round before is published.
    if (redrivenAt < life.redrivenAt) return;
    // Two deliveries at the same time may have different verdicts: neither has seen the other's ending. Nor does one that
    // SQS calls the first.
    const begun = this.#begun.get(by?.name ?? '');
    const isLater = (begun?.at ?? 0) > life.toldAt && begun?.firsts.has(messageId) !== true;
    if (isLater && !this.#isReplaced(life) && life.told !== undefined && life.told !== verdict) {
      throw new RuleBroken('R04', `${nameOf(life)} was told as ${life.told}, and as ${verdict}`);
    }
    life.toldAt = this.#count;
    life.told = verdict;
  }

  #hasEnded(life: Life): boolean {
    if (life.status !== undefined && ENDED.has(life.status)) return true;
    return this.#isStored(life);
  }

  /** Whether it, or a newer submission of the same resource, is stored. */
  #isStored({ submission }: Life): boolean {
    if (submission === undefined || !mayBe(submission, 'stored')) return false;
    return (this.#held.get(placeOf(submission)) ?? '') >= orderOf(submission);
  }

  /** Whether it was stored, and a newer submission has left no trace of that. */
  #isReplaced({ submission, told }: Life): boolean {
    if (submission === undefined || told !== 'stored') return false;
    return (this.#held.get(placeOf(submission)) ?? '') > orderOf(submission);
  }

  #unfinished(life: Life): string | undefined {
    if (!this.#hasEnded(life)) return 'has not ended';
    if (life.status !== undefined && !ENDED.has(life.status)) return `is still ${life.status}`;
    if (life.copies > 0) return 'is still in a queue';
    return life.isTold ? undefined : 'has ended, and nobody was told';
  }
}

/** By an operator, or an erasure: what is on its way is ended by its message. */
function isDiscardedOnItsWay(before: Item | undefined, after: Item | undefined): boolean {
  if (after?.['status'] !== 'discarded') return false;
  return before?.['status'] !== 'quarantined' && before?.['status'] !== 'discarded';
}

function mustBe({ messageId, submission }: Life, fate: Fate): void {
  if (submission === undefined || mayBe(submission, fate)) return;
  const must = fatesOf(submission).join(' or ');
  const what = `${describe(submission)} was ${fate}, and must be ${must}`;
  throw new RuleBroken(RULE_OF_FATE[fate], `${messageId}: ${what}`);
}

/** A duplicate has no second effect, and what has ended ends in no other way. */
function mustStay(life: Life, before: Item | undefined, after: Item | undefined): void {
  const isSame = before?.['quarantinedAt'] === after?.['quarantinedAt'];
  if (before?.['status'] === 'quarantined' && isSame) return;
  const what = `${nameOf(life)} was ${before?.['status']}, and is quarantined once more`;
  throw new RuleBroken('R04', what);
}
