/**
 * Only a message that was in an environment that died, or that was seen to crash, is isolated (R03). One
 * that came back because of a fault of ours, or because we ran out of time, is no suspect. The exception
 * is the mark that its environment could not empty: it may name the message, and make it a suspect.
 */
import type { SQSEvent } from 'aws-lambda';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import type { Message } from '../sqs/message.ts';
import { describe } from './fate.ts';
import { isLaneQueue, membersOf } from './members.ts';

interface Mark {
  readonly requestId: string;
  readonly isEmpty: boolean;
}

export class SuspectsChecker implements Checker {
  readonly kinds = ['invoked', 'written', 'died', 'ended', 'arrived'] as const;
  readonly #submissions: Seen['submissions'];
  /** Ids of the messages that an environment of `validate` has, by its name. */
  readonly #running = new Map<string, readonly string[]>();
  /** The mark that an environment wrote last. */
  readonly #marks = new Map<string, Mark>();
  readonly #maybeSuspects = new Set<string>();

  constructor({ submissions }: Pick<Seen, 'submissions'>) {
    this.#submissions = submissions;
  }

  see(effect: Effect, by: Host | undefined): void {
    if (!by?.name.includes('-validate-')) {
      if (effect.kind === 'arrived' && isIsolation(effect.queue.name))
        this.#sentBack(effect.message);
      return;
    }
    switch (effect.kind) {
      case 'invoked':
        this.#running.set(by.name, idsIn(effect));
        return;
      case 'written':
        if (effect.table.endsWith('-inflight')) this.#marked(effect.after, by);
        return;
      case 'died':
        this.#suspect(by);
        return;
      case 'ended':
        this.#ended(effect, by);
        return;
      case 'arrived':
        if (isIsolation(effect.queue.name)) this.#isolated(effect.message, by);
    }
  }

  #marked(after: Item | undefined, { name }: Host): void {
    if (!String(after?.['pk']).startsWith('mark#')) return;
    const ids = after?.['messageIds'] as unknown as readonly string[];
    this.#marks.set(name, { requestId: String(after?.['requestId']), isEmpty: ids.length === 0 });
  }

  #suspect({ name }: Host): void {
    for (const id of this.#running.get(name) ?? []) this.#maybeSuspects.add(id);
    this.#running.delete(name);
  }

  /** It emptied its mark, or the mark may still name what it gives back. */
  #ended({ requestId }: EffectOf<'ended'>, by: Host): void {
    const mark = this.#marks.get(by.name);
    if (mark?.requestId !== requestId || !mark.isEmpty) this.#suspect(by);
    this.#running.delete(by.name);
  }

  /** What an operator sends back runs alone. It may be sent anew for a fault of ours, to the same queue (R09). */
  #sentBack(message: Message): void {
    for (const { messageId } of membersOf(message)) this.#maybeSuspects.add(messageId);
  }

  #isolated(message: Message, by: Host): void {
    for (const { messageId, hasCrashed } of membersOf(message)) {
      const submission = this.#submissions.get(messageId);
      if (!hasCrashed && !this.#maybeSuspects.has(messageId) && submission !== undefined) {
        const what = `${describe(submission)} was isolated by ${by.name}`;
        throw new RuleBroken('R03', `${what}, and was in no environment that died`);
      }
      // It may be sent on from one isolation to another.
      this.#maybeSuspects.add(messageId);
    }
  }
}

const isIsolation = (queue: string) => isLaneQueue(queue) && queue.endsWith('-isolation');

function idsIn({ event }: EffectOf<'invoked'>): readonly string[] {
  const { Records: records = [] } = event as Partial<SQSEvent>;
  return records.map(({ messageId }) => messageId);
}
