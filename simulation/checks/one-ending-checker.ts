/**
 * What Resources holds is not in Quarantine too (R04), whatever verdicts the deliveries of a message came to and however
 * late their writes are. Two deliveries may end it twice if the second one cannot know of the first: SQS says that it has not
 * delivered the message before, or, of two at the same time, that the first was long ago (docs/decisions/terminology.md).
 * Two groups of suspects never run at the same time (docs/decisions/suspects.md).
 * But a batch that begins when a message is in isolation does not end it, unless SQS calls its delivery the first: its copy
 * runs alone, and what it ends as must not depend on which is faster.
 */
import type { SQSEvent } from 'aws-lambda';
import { isGroup } from '../../aws/suspect-group.ts';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import { idsOf, seemsFirst, seemsOnly } from './deliveries.ts';
import { describe } from './fate.ts';

export class OneEndingChecker implements Checker {
  readonly kinds = ['invoked', 'ended', 'died', 'written'] as const;
  readonly #submissions: Seen['submissions'];
  readonly #scheduler: Pick<Seen['scheduler'], 'now'>;
  /** By host: the messages that it runs. */
  readonly #running = new Map<string, ReadonlySet<string>>();
  /** Messages that were delivered twice, and the second delivery could not know of the first. */
  readonly #doubled = new Set<string>();
  readonly #delivered = new Set<string>();
  /** Hosts that run a group of suspects. */
  readonly #withGroup = new Set<string>();
  readonly #quarantined = new Set<string>();
  readonly #isolated = new Set<string>();
  /** By host: those of its batch that were in isolation when it began. */
  readonly #elsewhere = new Map<string, ReadonlySet<string>>();
  /** By place in Resources: the message there, and by message: its place. */
  readonly #held = new Map<unknown, string>();
  readonly #places = new Map<string, unknown>();

  constructor({
    submissions,
    scheduler,
  }: Pick<Seen, 'submissions'> & { readonly scheduler: Pick<Seen['scheduler'], 'now'> }) {
    this.#submissions = submissions;
    this.#scheduler = scheduler;
  }

  see(effect: Effect, by: Host | undefined): void {
    if (effect.kind === 'written') this.#written(effect, by);
    if (by === undefined) return;
    if (effect.kind === 'invoked') this.#invoked(effect, by);
    if (effect.kind !== 'ended' && effect.kind !== 'died') return;
    this.#running.delete(by.name);
    this.#withGroup.delete(by.name);
  }

  #invoked({ event }: EffectOf<'invoked'>, by: Host): void {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    if (!by.name.includes('-validate-')) return;
    const ids = new Set<string>();
    const knowable = new Set<string>();
    for (const record of records) {
      const isOnly = seemsOnly(record, this.#scheduler.now);
      const isFirst = seemsFirst(record, this.#scheduler.now);
      if (isGroup(record)) this.#withGroup.add(by.name);
      for (const id of idsOf(record)) {
        if (!isFirst) knowable.add(id);
        const isElsewhere = this.#isElsewhere(id, by);
        if (isOnly && (isElsewhere || ids.has(id))) this.#doubled.add(id);
        if (isFirst && this.#delivered.has(id)) this.#doubled.add(id);
        this.#delivered.add(id);
        ids.add(id);
      }
    }
    this.#running.set(by.name, ids);
    const isBatch = records.some(({ eventSourceARN: arn }) => !arn.endsWith('-isolation'));
    this.#elsewhere.set(by.name, isBatch ? knowable.intersection(this.#isolated) : new Set());
  }

  #isElsewhere(id: string, by: Host): boolean {
    const isGroup = this.#withGroup.has(by.name);
    return [...this.#running].some(
      ([name, others]) => others.has(id) && !(isGroup && this.#withGroup.has(name)),
    );
  }

  #written({ table, before, after }: EffectOf<'written'>, by: Host | undefined): void {
    if (table.endsWith('-resources')) {
      const id = String(after?.['messageId']);
      if (before?.['messageId'] !== id) this.#mustNotEnd(id, by);
      this.#held.set(after?.['pk'], id);
      this.#places.set(id, after?.['pk']);
      this.#check(id);
    }
    if (table.endsWith('-quarantine')) {
      const id = String(after?.['pk']);
      const status = after?.['status'];
      if (status === 'quarantined' && before?.['status'] !== status) this.#mustNotEnd(id, by);
      if (status === 'in-isolation') this.#isolated.add(id);
      else this.#isolated.delete(id);
      if (status === 'quarantined') this.#quarantined.add(id);
      else this.#quarantined.delete(id);
      this.#check(id);
    }
  }

  #mustNotEnd(id: string, by: Host | undefined): void {
    if (by === undefined || !this.#running.get(by.name)?.has(id)) return;
    if (!this.#elsewhere.get(by.name)?.has(id)) return;
    const submission = this.#submissions.get(id);
    const what = submission === undefined ? id : describe(submission);
    throw new RuleBroken('R04', `${by.name} ended ${what} in a batch, and it was in isolation`);
  }

  #check(id: string): void {
    const isStored = this.#held.get(this.#places.get(id)) === id;
    if (!isStored || !this.#quarantined.has(id) || this.#doubled.has(id)) return;
    const submission = this.#submissions.get(id);
    const what = submission === undefined ? id : describe(submission);
    throw new RuleBroken('R04', `${what} is in Resources and in Quarantine`);
  }
}
