/**
 * The rate of a source (R50): of the messages that it sent in a minute, no more are refused than exceed the rate, counted by
 * their deliveries. Nobody else's is refused for that, and none that an operator has sent back. Where the count was always
 * answered, and each message came once, exactly the surplus is refused. What is rejected for another reason must be.
 */
import type { SQSEvent } from 'aws-lambda';
import { sentMinute } from '../../core/source/source-rate.ts';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import type { Submission } from '../submission.ts';
import { describe, mayBe } from './fate.ts';

interface Minute {
  /** Deliveries of its messages from their first queues. */
  deliveries: number;
  readonly delivered: Set<string>;
  readonly refused: Set<string>;
  /** Nothing went wrong that may make a count or a refusal another. */
  isSure: boolean;
}

const OWN_QUEUE = /-(?:critical|background)$/;
export const REFUSED_FOR_RATE = 'security: rate';

export class RatesChecker implements Checker {
  readonly kinds = ['invoked', 'ended', 'died', 'befell', 'too hot', 'written'] as const;
  readonly #seen: Pick<Seen, 'drawn' | 'submissions'>;
  /** By the minute's key in the table of rates. */
  readonly #minutes = new Map<string, Minute>();
  /** By key: how many are counted. */
  readonly #counted = new Map<unknown, number>();
  /** By host: the minutes of the messages that it runs. */
  readonly #running = new Map<string, ReadonlySet<Minute>>();

  constructor(seen: Pick<Seen, 'drawn' | 'submissions'>) {
    this.#seen = seen;
  }

  get #rate(): number {
    return this.#seen.drawn.settings.ratePerMinute;
  }

  see(effect: Effect, by: Host | undefined): void {
    if (effect.kind === 'written') this.#written(effect);
    if (this.#rate === 0) return;
    if (effect.kind === 'too hot' && effect.table.endsWith('-rates')) this.#unsure();
    if (effect.kind === 'befell') this.#befell(effect);
    if (by === undefined) return;
    if (effect.kind === 'invoked') this.#invoked(effect, by);
    const isLost =
      effect.kind === 'died' || (effect.kind === 'ended' && effect.outcome.status !== 'success');
    if (isLost) this.#unsure(this.#running.get(by.name) ?? []);
    if (effect.kind === 'ended') this.#running.delete(by.name);
  }

  end(): void {
    for (const [key, { isSure, refused }] of this.#minutes) {
      const surplus = Math.max(0, (this.#counted.get(key) ?? 0) - this.#rate);
      if (!isSure || refused.size === surplus) continue;
      const what = `${refused.size} of ${key} were refused, and ${surplus} exceeded the rate`;
      throw new RuleBroken('R50', what);
    }
  }

  #unsure(minutes: Iterable<Minute> = this.#minutes.values()): void {
    for (const minute of minutes) minute.isSure = false;
  }

  #befell({ command }: EffectOf<'befell'>): void {
    const { TableName = '', Key } = (command as { input?: Asked }).input ?? {};
    if (TableName.endsWith('-rates')) this.#minuteAt(String(Key?.pk)).isSure = false;
  }

  #invoked({ event }: EffectOf<'invoked'>, by: Host): void {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    if (!by.name.includes('-validate-')) return;
    const minutes = new Set<Minute>();
    for (const { messageId, eventSourceARN } of records) {
      const submission = this.#seen.submissions.get(messageId);
      if (!OWN_QUEUE.test(eventSourceARN) || !submission?.isLimited) continue;
      const minute = this.#minuteAt(keyOf(submission));
      minute.deliveries += 1;
      if (minute.delivered.has(messageId)) minute.isSure = false;
      minute.delivered.add(messageId);
      minutes.add(minute);
    }
    this.#running.set(by.name, minutes);
  }

  #minuteAt(key: string): Minute {
    const known = this.#minutes.get(key);
    if (known !== undefined) return known;
    const minute = { deliveries: 0, delivered: new Set<string>(), refused: new Set<string>() };
    const sure: Minute = { ...minute, isSure: true };
    this.#minutes.set(key, sure);
    return sure;
  }

  #written({ table, before, after }: EffectOf<'written'>): void {
    if (table.endsWith('-rates')) this.#counted.set(after?.['pk'], Number(after?.['messages']));
    if (!table.endsWith('-quarantine') || after?.['status'] !== 'quarantined') return;
    const isNew = before?.['status'] !== 'quarantined';
    const submission = this.#seen.submissions.get(String(after['pk']));
    if (!isNew || after['kind'] !== 'rejection' || submission === undefined) return;
    if (after['reason'] === REFUSED_FOR_RATE)
      this.#refused(submission, Number(after['round'] ?? 0));
    else mustBeRejected(submission);
  }

  #refused(submission: Submission, round: number): void {
    const what = `${describe(submission)} was refused because of the rate`;
    if (!submission.isLimited) throw new RuleBroken('R50', `${what}, and its source has none`);
    if (round > 0) throw new RuleBroken('R50', `${what}, and an operator had sent it back`);
    const minute = this.#minuteAt(keyOf(submission));
    minute.refused.add(submission.messageId);
    const surplus = minute.deliveries - this.#rate;
    if (minute.refused.size <= surplus) return;
    throw new RuleBroken('R50', `${what}, as the ${minute.refused.size}. of ${surplus} beyond it`);
  }
}

interface Asked {
  readonly TableName?: string;
  readonly Key?: { readonly pk: string };
}

/** As in the table of rates. */
function keyOf({ source, sentAt }: Submission): string {
  const { startsAt } = sentMinute(source, sentAt);
  return `${source}#${startsAt}`;
}

/** Not because of the rate, so the other fates of its resource count. */
function mustBeRejected(submission: Submission): void {
  if (!submission.isLimited || mayBe({ ...submission, isLimited: false }, 'rejected')) return;
  throw new RuleBroken('R09', `${describe(submission)} was rejected, and not because of the rate`);
}
