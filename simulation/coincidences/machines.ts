/**
 * Machines that fail just after something of theirs took effect, so that others go on before they know: one that has
 * recorded an attempt, or saved a breaker, is cut off from the tables; one whose attempt was survived, or that has sent triggers again, stands still; an
 * operator's computer sleeps once a lane's state is saved.
 */
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { ENVELOPE_ATTRIBUTE } from '../../core/message/messages.ts';
import type { Watcher } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import { type Host, isOperator } from '../host.ts';
import { isEnabling } from '../lambda/lambda-api.ts';
import type { Operators } from '../operators/operators.ts';
import { Random } from '../random.ts';
import type { World } from '../world.ts';
import { isTakenBack, messageOf } from './late-writes.ts';

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
/** From then on an attempt without an end counts as over (functions/validate/settings.ts). */
const RUNNING_MS = 12_000;
/** So that lanes come back. */
const CONTRADICTED_MAX = 6;
const UNREVIEWED_MAX = 3;
const UNREVIEWED_MS = [20_000, 90_000] as const;
/** Until a change has arrived; from its second try until its last one has. */
const ARRIVED_MS = 200;
const LAST_TRY_MS = 2_800;
const LANE = /-(critical|background|delivery)(?:-isolation)?$/;
const SLEEP_MS = [10_000, 400_000] as const;
/** Nothing is on its way for longer (wire.ts). */
const HELD_MS_MAX = 20_000;

export class Machines implements Watcher {
  readonly kinds = ['invoked', 'written', 'arrived', 'befell', 'called'] as const;
  readonly #world: World;
  readonly #operators: Pick<Operators, 'give'>;
  readonly #random: Random;
  /** How often a message's attempts were cut off. */
  readonly #times = new Map<unknown, number>();
  /** Messages whose machine has died so: more deaths would be a reason for a dead letter. */
  readonly #died = new Set<unknown>();
  #contradicted = 0;
  #unreviewedTimes = 0;
  /** Operators' computers that have slept. */
  readonly #slept = new Set<Host>();
  /** By the name of a host: the message that it runs alone. */
  readonly #alone = new Map<string, SQSRecord>();
  /** By message: the removal of an attempt, on its way. */
  readonly #removals = new Map<string, () => void>();

  constructor(world: World, operators: Pick<Operators, 'give'>, seed: number) {
    this.#world = world;
    this.#operators = operators;
    this.#random = new Random(seed);
    world.hold = (command, arrive) => isTakenBack(command) && this.#hold(command, arrive);
  }

  see(effect: Effect, by: Host | undefined): void {
    if (by === undefined || this.#world.isHealed) return;
    if (effect.kind === 'invoked') this.#invoked(effect, by);
    if (effect.kind === 'arrived') this.#sent(effect, by);
    if (effect.kind === 'befell') {
      this.#sentLate(effect, by);
      this.#takenBackLate(effect, by);
    }
    if (effect.kind === 'called') this.#called(effect, by);
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
    this.#removeAnother(String(after?.['pk']), by);
    const times = this.#times.get(after?.['pk']) ?? 0;
    if (times === TIMES_MAX || !this.#befalls('cutOffAlone')) return;
    this.#times.set(after?.['pk'], times + 1);
    this.#cutOff(by, ALONE_MS);
  }

  /** It arrives when the next attempt of its message has been recorded, or else as late as may be. */
  #hold(command: object, arrive: () => void): boolean {
    const messageId = messageOf(command);
    let hasArrived = false;
    const arriveOnce = () => {
      if (!hasArrived) arrive();
      hasArrived = true;
    };
    this.#removals.set(messageId, arriveOnce);
    this.#world.scheduler.after(HELD_MS_MAX, arriveOnce);
    return true;
  }

  /** Its machine dies. SQS delivers the message once more when the attempt counts as over. */
  #takenBackLate({ command, fate }: EffectOf<'befell'>, by: Host): void {
    const record = this.#alone.get(by.name);
    if (fate !== 'late' || record === undefined || !isTakenBack(command)) return;
    const queue = this.#world.services.sqs.queue(record.eventSourceARN);
    queue.changeVisibility(record.receiptHandle, RUNNING_MS / 1_000);
  }

  /** An attempt has just been recorded, and the removal of an earlier one moves it to another place. */
  #removeAnother(messageId: string, by: Host): void {
    const remove = this.#removals.get(messageId);
    if (remove === undefined) return;
    this.#removals.delete(messageId);
    by.standStill(this.#stallMs);
    this.#world.scheduler.after(1, remove);
  }

  #called({ command }: EffectOf<'called'>, by: Host): void {
    if (this.#slept.has(by) && isEnabling(command)) this.#unreviewed(ARRIVED_MS);
    if (this.#alone.has(by.name) && isGet(command)) this.#read(command, by);
  }

  /** What an attempt came to may be written while its next one is prepared. */
  #read({ input: { TableName, Key } }: Get, by: Host): void {
    const { faults, services, scheduler } = this.#world;
    const { lateWrite } = faults.coincidences;
    if (lateWrite === 0 || !TableName.endsWith('-quarantine')) return;
    const last = lastAttempt(services.dynamo.table(TableName).get(Key)?.['attempts']);
    if (last === undefined || last.ended !== undefined) return;
    const isOver = scheduler.now - last.startedAt >= RUNNING_MS;
    if (isOver && this.#random.chance(lateWrite)) by.standStill(this.#stallMs);
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
    this.#slept.add(by);
    this.#contradict(String(after?.['name']), is ? 'resume' : 'pause');
  }

  /** The supervisor sends a change late that enables a mapping, and an operator pauses its lane meanwhile. */
  #sentLate({ command, fate, before }: EffectOf<'befell'>, by: Host): void {
    const { sources, faults } = this.#world;
    const isSaid: boolean = isOperator(by);
    if (faults.coincidences.slowEnabling === 0 || fate !== 'lostRequest' || isSaid) return;
    if (!isEnabling(command)) return;
    if (before === fate) {
      this.#unreviewed(LAST_TRY_MS);
      return;
    }
    const { UUID } = command.input;
    const queue = sources.find(({ plan }) => plan.uuid === UUID)?.plan.queue.plan.name ?? '';
    const [, lane] = LANE.exec(queue) ?? [];
    if (lane !== undefined) this.#contradict(lane, 'pause');
  }

  /** A colleague wants the contrary. */
  #contradict(lane: string, word: 'pause' | 'resume'): void {
    if (this.#contradicted === CONTRADICTED_MAX) return;
    this.#contradicted += 1;
    this.#operators.give({ kind: 'lane', lane, word });
  }

  /** Nobody sees for some time what a change has enabled. */
  #unreviewed(afterMs: number): void {
    this.#world.scheduler.after(afterMs, () => {
      if (this.#world.isHealed || this.#unreviewedTimes === UNREVIEWED_MAX) return;
      this.#unreviewedTimes += 1;
      this.#world.breakDown('lambda', this.#random.between(...UNREVIEWED_MS));
    });
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

interface Get {
  readonly input: { readonly TableName: string; readonly Key: Item };
}

const isGet = (command: object): command is Get => command.constructor.name === 'GetCommand';

interface Attempt {
  readonly requestId: string;
  readonly startedAt: number;
  readonly crash?: string;
  readonly ended?: number;
}

const lastAttempt = (attempts: unknown): Attempt | undefined =>
  (attempts as readonly Attempt[] | undefined)?.at(-1);

const heldByOperator = (holds: unknown): boolean =>
  (holds as { readonly operator?: object } | undefined)?.operator !== undefined;
