/**
 * Machines that fail just after something of theirs took effect, so that others go on before they know: one that has
 * recorded an attempt, or saved a breaker, is cut off from the tables; one whose attempt was survived, or that has sent triggers again, stands still; an
 * operator's computer sleeps once a lane's state is saved.
 */
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import type { Watcher } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import { type Host, isOperator } from '../host.ts';
import { Random } from '../random.ts';
import type { World } from '../world.ts';

/** Until the calls that say how its attempt ended, and that take it back, have been given up. */
const ALONE_MS = 25_000;
/** Of each message. */
const TIMES_MAX = 2;
/** Of those that have sent their message anew. */
const DIES = 0.5;
/** Until the first try of a hasty call has been given up. */
const UNANSWERED_MS = 600;
/** There are many such saves, and others must save meanwhile. */
const SHARE_OF_SAVES = 0.1;
const SLEEP_MS = [10_000, 400_000] as const;

export class Machines implements Watcher {
  readonly kinds = ['invoked', 'written', 'arrived'] as const;
  readonly #world: World;
  readonly #random: Random;
  /** How often a message's attempts were cut off. */
  readonly #times = new Map<unknown, number>();
  /** Messages whose machine has died so: more deaths would be a reason for a dead letter. */
  readonly #died = new Set<unknown>();
  /** By the name of a host: the message that it runs alone. */
  readonly #alone = new Map<string, SQSRecord>();

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#random = new Random(seed);
  }

  see(effect: Effect, by: Host | undefined): void {
    if (by === undefined || this.#world.isHealed) return;
    if (effect.kind === 'invoked') this.#invoked(effect, by);
    if (effect.kind === 'arrived') this.#sent(effect, by);
    if (effect.kind !== 'written') return;
    if (effect.table.endsWith('-quarantine')) this.#attempt(effect, by);
    if (effect.table.endsWith('-breakers')) this.#save(effect, by);
    if (effect.table.endsWith('-supervision') && isOperator(by)) this.#lane(effect, by);
  }

  #invoked({ event }: EffectOf<'invoked'>, by: Host): void {
    const record = (event as Partial<SQSEvent>).Records?.[0];
    if (record?.eventSourceARN.endsWith('-isolation')) this.#alone.set(by.name, record);
  }

  #sent({ queue: { name }, message }: EffectOf<'arrived'>, by: Host): void {
    if (name.endsWith('-delivery') && by.name.includes('-resend#')) {
      if (this.#befalls('resendStands')) by.standStill(this.#stallMs);
    }
    const envelope = message.attributes[ENVELOPE_ATTRIBUTE]?.StringValue;
    if (!by.isCutOff || !envelope?.includes('"voided":["')) return;
    const { messageId } = JSON.parse(envelope) as { messageId: string };
    if (this.#died.has(messageId) || !this.#random.chance(DIES)) return;
    this.#died.add(messageId);
    by.dieSoon();
  }

  #attempt({ before, after }: EffectOf<'written'>, by: Host): void {
    const [was, is] = [before, after].map((entry) => lastAttempt(entry?.['attempts']));
    if (is === undefined || !by.name.includes('-validate-')) return;
    if (was?.requestId === is.requestId) {
      if (was.ended === undefined && is.ended !== undefined && is.crash === undefined)
        this.#survived(by);
      return;
    }
    const times = this.#times.get(after?.['pk']) ?? 0;
    if (times === TIMES_MAX || !this.#befalls('cutOffAlone')) return;
    this.#times.set(after?.['pk'], times + 1);
    this.#cutOff(by, ALONE_MS);
  }

  #survived(by: Host): void {
    const record = this.#alone.get(by.name);
    if (record === undefined || !this.#befalls('survivorStands')) return;
    by.standStill(this.#stallMs);
    const queue = this.#world.services.sqs.queue(record.eventSourceARN);
    queue.changeVisibility(record.receiptHandle, 0);
  }

  #save({ before, after }: EffectOf<'written'>, by: Host): void {
    const isCount = before?.['phase'] === 'closed' && after?.['phase'] === 'closed';
    if (!isCount || !by.name.includes('-deliver#') || !this.#random.chance(SHARE_OF_SAVES)) return;
    if (!this.#befalls('saveUnanswered')) return;
    this.#cutOff(by, UNANSWERED_MS);
    by.standStill(this.#stallMs);
  }

  #lane({ before, after }: EffectOf<'written'>, by: Host): void {
    const [was, is] = [before, after].map((lane) => heldByOperator(lane?.['holds']));
    if (was === is || !this.#befalls('asleep')) return;
    if (this.#random.chance(0.5)) this.#cutOff(by, 1);
    by.standStill(this.#random.between(...SLEEP_MS));
  }

  #cutOff(host: Host, ms: number): void {
    const { now } = this.#world.scheduler;
    host.trouble({ cutOff: [[now, now + ms]], slowUntil: 0, deafUntil: 0 });
  }

  get #stallMs(): number {
    return this.#world.faults.functions.stallMs;
  }

  #befalls(
    name: 'cutOffAlone' | 'survivorStands' | 'saveUnanswered' | 'resendStands' | 'asleep',
  ): boolean {
    return this.#random.chance(this.#world.faults.coincidences[name]);
  }
}

interface Attempt {
  readonly requestId: string;
  readonly crash?: string;
  readonly ended?: number;
}

const lastAttempt = (attempts: unknown): Attempt | undefined =>
  (attempts as readonly Attempt[] | undefined)?.at(-1);

const heldByOperator = (holds: unknown): boolean =>
  (holds as { readonly operator?: object } | undefined)?.operator !== undefined;
