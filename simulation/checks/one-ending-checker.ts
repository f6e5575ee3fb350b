/**
 * What Resources holds is not in Quarantine too (R04), whatever verdicts the deliveries of a message came to and however
 * late their writes are. Two deliveries at the same time may end it twice: neither can know of the other
 * (docs/decisions/terminology.md).
 */
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import { describe } from './fate.ts';
import { membersIn } from './members.ts';

export class OneEndingChecker implements Checker {
  readonly kinds = ['invoked', 'ended', 'died', 'written'] as const;
  readonly #submissions: Seen['submissions'];
  /** By host: the messages that it runs. */
  readonly #running = new Map<string, ReadonlySet<string>>();
  /** Messages of which two deliveries have run at the same time. */
  readonly #doubled = new Set<string>();
  readonly #quarantined = new Set<string>();
  /** By place in Resources: the message there, and by message: its place. */
  readonly #held = new Map<unknown, string>();
  readonly #places = new Map<string, unknown>();

  constructor({ submissions }: Pick<Seen, 'submissions'>) {
    this.#submissions = submissions;
  }

  see(effect: Effect, by: Host | undefined): void {
    if (effect.kind === 'written') this.#written(effect);
    if (by === undefined) return;
    if (effect.kind === 'invoked') this.#invoked(effect, by);
    if (effect.kind === 'ended' || effect.kind === 'died') this.#running.delete(by.name);
  }

  #invoked({ event }: EffectOf<'invoked'>, by: Host): void {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    if (!by.name.includes('-validate-')) return;
    const ids = new Set<string>();
    for (const id of records.flatMap(idsOf)) {
      const isElsewhere = [...this.#running.values()].some((others) => others.has(id));
      if (isElsewhere || ids.has(id)) this.#doubled.add(id);
      ids.add(id);
    }
    this.#running.set(by.name, ids);
  }

  #written({ table, after }: EffectOf<'written'>): void {
    if (table.endsWith('-resources')) {
      const id = String(after?.['messageId']);
      this.#held.set(after?.['pk'], id);
      this.#places.set(id, after?.['pk']);
      this.#check(id);
    }
    if (table.endsWith('-quarantine')) {
      const id = String(after?.['pk']);
      if (after?.['status'] === 'quarantined') this.#quarantined.add(id);
      else this.#quarantined.delete(id);
      this.#check(id);
    }
  }

  #check(id: string): void {
    const isStored = this.#held.get(this.#places.get(id)) === id;
    if (!isStored || !this.#quarantined.has(id) || this.#doubled.has(id)) return;
    const submission = this.#submissions.get(id);
    const what = submission === undefined ? id : describe(submission);
    throw new RuleBroken('R04', `${what} is in Resources and in Quarantine`);
  }
}

const idsOf = ({ messageId, body, messageAttributes }: SQSRecord): readonly string[] => {
  const attributes = Object.fromEntries(
    Object.entries(messageAttributes).map(([name, { stringValue }]) => [
      name,
      { DataType: 'String', StringValue: stringValue ?? '' },
    ]),
  );
  return membersIn({ id: messageId, body, attributes }).map((member) => member.messageId);
};
