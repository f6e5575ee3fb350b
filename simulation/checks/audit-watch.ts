/**
 * The audit log in a run of the whole system (R40). Its objects are a chain, and it holds each fact
 * that its queue accepted from an allowed publisher, once. Each transition of a breaker and each
 * incident in the tables was published. A breaker's item never says that a transition was published
 * before the queue has it.
 */
import { createHmac } from 'node:crypto';
import { type Publishers, publishersSchema } from '../../core/audit/publishers.ts';
import { AuditChecker } from '../audit-checker.ts';
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Message } from '../sqs/message.ts';

interface Transition {
  readonly generation: number;
  readonly at: number;
  readonly by?: string;
}

const REFUSED = 'refused';

export class AuditWatch implements Checker {
  readonly kinds = ['arrived', 'put', 'written'] as const;
  readonly #chain = new AuditChecker();
  readonly #seen: Pick<Seen, 'plan' | 'services'>;
  readonly #publishers: Publishers;
  readonly #key: string;
  readonly #bucket: string;
  readonly #table: string;
  readonly #queue: string;
  readonly #told = new Set<string>();
  /** Facts that were published, or are known to have happened, and are not in the log yet. */
  readonly #missing = new Map<string, string>();

  constructor(seen: Pick<Seen, 'plan' | 'services'>) {
    this.#seen = seen;
    const audit = seen.plan.functions.find(({ name }) => name.endsWith('-audit'));
    const env = audit?.properties.Environment?.Variables ?? {};
    this.#publishers = publishersSchema.parse(JSON.parse(env['TELLERS'] ?? '{}'));
    this.#key = seen.services.secrets.get(env['HASH_KEY_ARN'] ?? '') ?? '';
    this.#bucket = env['AUDIT_BUCKET'] ?? '';
    this.#table = env['AUDIT_TABLE'] ?? '';
    this.#queue = `${seen.plan.stackName}-audit.fifo`;
  }

  see(effect: Effect): void {
    switch (effect.kind) {
      case 'arrived':
        if (effect.queue.name.endsWith('-audit.fifo')) this.#hear(effect.message);
        return;
      case 'put':
        if (effect.bucket === this.#bucket) this.#put(effect);
        return;
      case 'written':
        if (effect.table.endsWith('-breakers')) this.#breaker(effect.before, effect.after);
        if (effect.table.endsWith('-incidents')) this.#incident(effect.before, effect.after);
    }
  }

  unfinished(): string | undefined {
    for (const [name, what] of this.#missing) {
      return `fact ${name} (${what}) is not in the audit log`;
    }
    // The next writer completes the table. The message of a writer that died is delivered again.
    const { size } = this.#seen.services.sqs.queue(this.#queue);
    return size > 0 ? `${size} messages wait for the audit log` : undefined;
  }

  end(): void {
    const told = new Set([...this.#told, ...this.#chain.ofKind(REFUSED)]);
    this.#chain.end(told, this.#seen.services.dynamo.table(this.#table).items());
  }

  #hear({ body, senderId }: Message): void {
    const { id, kind } = JSON.parse(body) as { id: string; kind: string };
    const sender = senderId.split(':')[0];
    const mayTell = this.#publishers.known.some(
      (known) => known.id === sender && known.kinds.includes(kind),
    );
    if (!mayTell) return;
    const name = `${kind}#${this.#hash(id)}`;
    this.#told.add(name);
    this.#miss(name, id);
  }

  #put({ version: { key, bytes } }: EffectOf<'put'>): void {
    for (const name of this.#chain.put(key, bytes)) this.#missing.delete(name);
  }

  #breaker(before: Item | undefined, after: Item | undefined): void {
    if (after === undefined) return;
    const { pk, generation, publishedTo } = after;
    const recent = after['recent'] as unknown as readonly Transition[];
    const latest = recent.at(-1);
    if (latest !== undefined && generation !== (before?.['generation'] ?? 0)) {
      this.#miss(this.#factOf(pk, latest), `generation ${generation} of ${pk}`);
    }
    if (publishedTo === before?.['publishedTo']) return;
    for (const each of recent) {
      if (each.generation > Number(publishedTo ?? 0)) return;
      if (this.#told.has(this.#factOf(pk, each))) continue;
      throw new RuleBroken('R40', `generation ${each.generation} of ${pk} is said to be published`);
    }
  }

  #factOf(pk: unknown, { generation, at, by }: Transition): string {
    const isPlugin = String(pk).startsWith('plugin-');
    const kind = by === undefined ? 'breaker-transition' : 'breaker-forced';
    const name = this.#hash(`breaker#${pk}#${generation}#${at}`);
    return `${isPlugin ? 'plugin-switched' : kind}#${name}`;
  }

  #incident(before: Item | undefined, after: Item | undefined): void {
    if (after === undefined || !String(after['sk']).startsWith('incident#')) return;
    const { scope, number, openedAt, status } = after;
    const id = `incident ${scope}#${number} of ${openedAt}`;
    if (before === undefined) this.#miss(`incident-opened#${this.#hash(`${id}: opened`)}`, id);
    if (status === 'resolved' && before?.['status'] !== status) {
      this.#miss(`incident-resolved#${this.#hash(`${id}: resolved`)}`, id);
    }
  }

  #miss(name: string, what: string): void {
    if (!this.#chain.has(name)) this.#missing.set(name, what);
  }

  #hash(id: string): string {
    return createHmac('sha256', this.#key).update(id).digest('hex').slice(0, 32);
  }
}
