/**
 * Describes an effect in a sentence, and names what it is about: submissions by their number,
 * hosts, items.
 */
import type { SQSEvent } from 'aws-lambda';
import { isLaneQueue, membersOf } from '../checks/members.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import type { Message } from '../sqs/message.ts';
import type { Submission } from '../submission.ts';

export interface Sentence {
  readonly text: string;
  /** Names by which the sentence is found. */
  readonly about: readonly string[];
}

const VALUE_CHARACTERS_MAX = 60;
const CHANGES_MAX = 6;

/** Names submissions by their number, and everything without the stack's name. */
export class Sentences {
  readonly #stack: string;
  readonly #numbers = new Map<string, string>();

  constructor(stackName: string) {
    this.#stack = `${stackName}-`;
  }

  /** Undefined if the effect is not worth a sentence. */
  describe(effect: Effect, by: Host | undefined): Sentence | undefined {
    switch (effect.kind) {
      case 'submitted':
        return this.#submitted(effect.submission);
      case 'arrived':
      case 'left':
        return this.#moved(effect, by);
      case 'written':
        return this.#written(effect, by);
      case 'put':
        return this.#by(by, `puts ${effect.version.key}`, [effect.version.key]);
      case 'published':
        return this.#published(effect, by);
      case 'invoked':
        return this.#invoked(effect, by);
      case 'ended':
        return this.#by(by, `ends ${short(effect.requestId)}: ${effect.outcome.status}`, []);
      case 'died':
        return this.#by(by, 'dies', []);
      case 'given up':
        return this.#by(by, `gives #${effect.number} up, because it takes long`, []);
      case 'frozen':
      case 'thawed':
        return this.#by(by, `is ${effect.kind}`, []);
      case 'healed':
        return { text: 'Faults heal.', about: [] };
      case 'restored':
        return { text: `${effect.server} brings its backup back.`, about: [effect.server] };
      case 'reset':
        return { text: `A deployment sets the mapping ${effect.uuid}.`, about: [effect.uuid] };
      case 'received':
      case 'logged':
      case 'called':
      case 'failed':
      case 'befell':
      case 'counted':
        return undefined;
    }
  }

  /** A submission, by its message id in tables and envelopes. */
  name(messageId: string): string {
    return this.#numbers.get(messageId) ?? messageId;
  }

  short(name: string): string {
    return name.replaceAll(this.#stack, '');
  }

  #by(by: Host | undefined, text: string, about: readonly string[]): Sentence {
    const who = by === undefined ? 'AWS' : this.short(by.name);
    return { text: this.short(`${who} ${text}`), about: by ? [...about, who] : about };
  }

  #submitted({ messageId, number, nature, oddity, source, lane, resourceType, id }: Submission) {
    const name = `#${number}`;
    this.#numbers.set(messageId, name);
    const odd = oddity === undefined ? '' : ` (${oddity})`;
    const text = `${source} submits ${name}, ${nature}${odd}: ${resourceType}/${id} to ${lane}`;
    return { text, about: [name, messageId] };
  }

  #moved({ kind, queue, message, ...more }: EffectOf<'arrived' | 'left'>, by: Host | undefined) {
    const { names, text } = this.#namesIn(queue.name, message);
    const how = 'how' in more ? more.how : '';
    const what =
      kind === 'arrived' ? `puts ${text} into ${queue.name}` : `${how} ${text} from ${queue.name}`;
    return this.#by(by, what, [...names, queue.name]);
  }

  #namesIn(queue: string, message: Message): { names: string[]; text: string } {
    if (!isLaneQueue(queue))
      return { names: [message.id], text: `a message (${preview(message)})` };
    const members = membersOf(message);
    const names = members.map(({ messageId }) => this.name(messageId));
    const rounds = members.map(({ round }) => (round === 0 ? '' : ` of round ${round}`));
    return { names, text: names.map((name, place) => name + rounds[place]).join(', ') };
  }

  #written({ table, before, after }: EffectOf<'written'>, by: Host | undefined): Sentence {
    const { pk, sk } = after ?? before ?? {};
    const name = this.name(String(pk));
    const key = sk === undefined ? name : `${name} ${sk}`;
    const what = after === undefined ? 'deletes it' : changes(before, after);
    const ids = [after?.['messageId'], before?.['messageId']].map((id) => this.name(String(id)));
    return this.#by(by, `writes ${table} ${key}: ${what}`, [name, String(pk), ...ids]);
  }

  #published({ topic, message }: EffectOf<'published'>, by: Host | undefined): Sentence {
    const { messageId = '', verdict, id } = parsed(message);
    const what = verdict === undefined ? cut(id ?? message) : `${this.name(messageId)} ${verdict}`;
    return this.#by(by, `tells ${topic.split(':').at(-1)}: ${what}`, [this.name(messageId)]);
  }

  #invoked({ requestId, event }: EffectOf<'invoked'>, by: Host | undefined): Sentence {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    const queue = records[0]?.eventSourceARN.split(':').at(-1) ?? '';
    const names = records.flatMap(({ messageId, messageAttributes }) => {
      const envelope = messageAttributes['failsafe-envelope']?.stringValue;
      return this.name(envelope === undefined ? messageId : (parsed(envelope).messageId ?? ''));
    });
    const shown = isLaneQueue(queue) ? names.join(', ') : `${records.length} messages`;
    return this.#by(by, `begins ${short(requestId)} with ${shown} of ${queue}`, names);
  }
}

const short = (requestId: string) => requestId.slice(0, 8);

function parsed(text: string): { messageId?: string; verdict?: string; id?: string } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

const preview = ({ body }: Message) => cut(parsed(body).id ?? body);

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > VALUE_CHARACTERS_MAX ? `${line.slice(0, VALUE_CHARACTERS_MAX)}…` : line;
}

/** The changes of a write, in a few words. */
function changes(before: Item = {}, after: Item): string {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const shown = changed.slice(0, CHANGES_MAX).map((name) => {
    const value = after[name];
    return value === undefined ? `no ${name}` : `${name} ${cut(shownValue(value))}`;
  });
  const more = changed.length > CHANGES_MAX ? `, ${changed.length - CHANGES_MAX} more` : '';
  return `${shown.join(', ') || 'as it was'}${more}`;
}

const shownValue = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
