/**
 * Directed coincidences: a fault at the very moment at which it harms most. Chance alone reaches such moments once in
 * many thousand runs. Each run draws which of them may happen, and how often.
 */
import { GROUP_ATTRIBUTE } from '../../core/attempt/suspect-group.ts';
import type { Watcher } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import { type Host, isOperator } from '../host.ts';
import { SERVERS } from '../outside.ts';
import { Random } from '../random.ts';
import type { Message } from '../sqs/message.ts';
import type { World } from '../world.ts';
import { isLeasedAnew } from './leased-anew.ts';

/** So that a lane and a server come back at all. */
const OUTAGES_MAX = 8;
const BROWN_OUTS_MAX = 2;
const BROWN_OUT_MS = [60_000, 400_000] as const;
/** What a delivery needs. */
const SLOW_TABLES = ['resources', 'breakers', 'quarantine'] as const;
/** The lease of a probe. */
const PROBE_MS = 10_000;
/** From a resolution until a message comes again that was deleted before. */
const AGAIN_MS = [200, 5_000] as const;
/** The first one runs for a moment then, or still waits for its turn. */
const SENT_LATE_MS = [10, 1_000] as const;
/** A delivery's lease lasts for 15 s, and its call for up to 5. */
const LEASE_SLOW_MS = 9_500;
const LEASE_DEAF_MS = 2_500;
/** So many invocations at once, if none loads, end the lane's component: more than 3 deaths in 5 s (R30). */
const INVOCATIONS = 5;
const BATCH = 10;
const LANE_QUEUE = /-(critical|background)(-isolation)?$/;
const SERVER_OF: Readonly<Record<string, string>> = {
  'fhir-server': SERVERS.shared,
  'fhir-server-clinic': SERVERS.clinic,
  'terminology-server': SERVERS.terminology,
};

export class Coincidences implements Watcher {
  readonly kinds = ['written', 'arrived'] as const;
  readonly #world: World;
  readonly #random: Random;
  /** By scope: how many incidents are over. */
  readonly #over = new Map<unknown, number>();
  /** By scope: the message of its last escalation, and the queue's ARN. */
  readonly #escalations = new Map<unknown, { readonly arn: string; readonly message: Message }>();
  /** Groups that are in their queue twice. */
  readonly #twice = new Set<string>();
  #outages = 0;
  #brownOuts = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#random = new Random(seed);
  }

  see(effect: Effect, by: Host | undefined): void {
    if (effect.kind === 'arrived') {
      this.#arrived(effect);
      this.#group(effect);
      this.#waits(effect);
    }
    if (effect.kind !== 'written' || by === undefined) return;
    if (effect.table.endsWith('-incidents')) this.#comesAgain(effect);
    if (this.#world.isHealed) return;
    if (effect.table.endsWith('-supervision')) this.#lane(effect);
    if (effect.table.endsWith('-breakers')) this.#breaker(effect, by);
    if (effect.table.endsWith('-incidents')) this.#crash(effect, by);
    if (effect.table.endsWith('-resources')) this.#lease(effect, by);
  }

  #arrived({ queue: { name, arn }, message }: EffectOf<'arrived'>): void {
    if (!name.endsWith('-incident')) return;
    const { escalation } = JSON.parse(message.body) as { escalation?: { scope: string } };
    if (escalation !== undefined) this.#escalations.set(escalation.scope, { arn, message });
  }

  /** Its members' verdicts differ between deliveries (`lateVerdict`), so they must not run at the same time. */
  #group({ queue: { name, arn }, message }: EffectOf<'arrived'>): void {
    const { scheduler, services, isHealed, faults } = this.#world;
    const { body, attributes } = message;
    if (isHealed || faults.coincidences.groupTwice === 0 || !name.endsWith('-isolation')) return;
    if (attributes[GROUP_ATTRIBUTE] === undefined || this.#twice.has(body)) return;
    if (!this.#befalls('groupTwice')) return;
    this.#twice.add(body);
    const afterMs = this.#random.between(...SENT_LATE_MS);
    scheduler.after(afterMs, () => services.sqs.queue(arn).send(message));
  }

  #waits({ queue: { name, arn } }: EffectOf<'arrived'>): void {
    const world = this.#world;
    const [, lane, alone] = LANE_QUEUE.exec(name) ?? [];
    if (lane === undefined || world.isHealed || world.faults.coincidences.badDeployment === 0)
      return;
    const many = INVOCATIONS * (alone === undefined ? BATCH : 1);
    if (world.services.sqs.queue(arn).visible !== many || !this.#befalls('badDeployment')) return;
    this.#breakDown(world.nameOf(`validate-${lane}`), 3_000, 8_000);
  }

  /** Also when faults have healed: that is when most of them are resolved. */
  #comesAgain({ before, after }: EffectOf<'written'>): void {
    const { pk, status, cause } = after ?? {};
    const isOver = status === 'resolved' && before?.['status'] !== status;
    const told = this.#escalations.get(pk);
    if (!isOver || cause !== 'escalation' || told === undefined) return;
    const { scheduler, services, drawn } = this.#world;
    if (!this.#random.chance(drawn.coincidences.comesAgain)) return;
    scheduler.after(this.#random.between(...AGAIN_MS), () => {
      const queue = services.sqs.queue(told.arn);
      const isThere = [...queue.messages].some(({ id }) => id === told.message.id);
      if (!isThere) queue.accept({ ...told.message, place: -1 });
    });
  }

  #lease(effect: EffectOf<'written'>, by: Host): void {
    if (!isLeasedAnew(effect) || !this.#befalls('leaseStands')) return;
    const { scheduler, faults } = this.#world;
    const { now } = scheduler;
    const { stallMs } = faults.functions;
    if (this.#random.chance(0.7)) {
      by.standStill(stallMs);
      return;
    }
    // It knows late that it has the lease, and stands still then.
    const cutOff = [[now, now + LEASE_DEAF_MS]] as const;
    by.trouble({ cutOff, slowUntil: now + LEASE_SLOW_MS, deafUntil: 0 });
    scheduler.after(this.#random.between(3_000, 9_000), () => by.standStill(stallMs));
  }

  #crash({ after }: EffectOf<'written'>, by: Host): void {
    const { pk, sk, status, number, incidentsOver } = after ?? {};
    if (status === 'resolved') this.#over.set(pk, Number(number));
    const isUntold =
      String(sk).startsWith('crash#') && Number(incidentsOver) < (this.#over.get(pk) ?? 0);
    if (isUntold && this.#befalls('diesUntold')) by.dieSoon();
  }

  #lane({ before, after }: EffectOf<'written'>): void {
    const isPaused = isHeld(after) && !isHeld(before);
    if (isPaused && this.#befalls('pausedWithoutApi')) this.#breakDown('lambda', 20_000, 150_000);
  }

  #breaker({ before, after }: EffectOf<'written'>, by: Host): void {
    const [was, is] = [before?.['phase'], after?.['phase']];
    const server = SERVER_OF[String(after?.['pk'])];
    if (server !== undefined && was === 'half-open' && is === 'closed') {
      if (this.#befalls('downAgain')) this.#breakDown(server, 10_000, 40_000);
    }
    if (server !== undefined && is !== was) this.#brownOut(server);
    const isProbe = ownerIn(after) !== undefined && ownerIn(after) !== ownerIn(before);
    const isSaid: boolean = isOperator(by);
    if (isProbe && !isSaid && this.#befalls('probeInTrouble')) this.#trouble(by);
  }

  /** Deliveries wait already, or will soon. */
  #brownOut(server: string): void {
    if (this.#brownOuts === BROWN_OUTS_MAX || !this.#befalls('brownOut')) return;
    this.#brownOuts += 1;
    const world = this.#world;
    const ms = this.#random.between(...BROWN_OUT_MS);
    const share = this.#random.pick([0.1, 0.4, 0.7]);
    world.breakDown(server, ms, { share });
    world.breakDown(world.nameOf(this.#random.pick(SLOW_TABLES)), ms, { share });
  }

  /** It may begin its probe late, or tell late what came of it, when the next one probes already. */
  #trouble(by: Host): void {
    const { scheduler, faults } = this.#world;
    const { now } = scheduler;
    const { stallMs } = faults.functions;
    const ms = (from: number, to: number) => now + this.#random.between(from, to);
    if (this.#random.chance(0.5)) {
      by.standStill(stallMs);
      const cutOffUntil = ms(1_450, 2_100) + stallMs;
      by.trouble({ cutOff: [[now, cutOffUntil]], slowUntil: now + PROBE_MS, deafUntil: 0 });
      return;
    }
    const cutOff = [
      [now, ms(0, 2_000)],
      [ms(4_000, 7_000), ms(PROBE_MS, PROBE_MS + 2_500)],
    ] as const;
    by.trouble({ cutOff, slowUntil: 0, deafUntil: now + PROBE_MS });
    scheduler.after(this.#random.between(2_000, 8_000), () => by.standStill(stallMs));
  }

  #befalls(
    name:
      | 'pausedWithoutApi'
      | 'downAgain'
      | 'brownOut'
      | 'probeInTrouble'
      | 'diesUntold'
      | 'leaseStands'
      | 'groupTwice'
      | 'badDeployment',
  ): boolean {
    return this.#random.chance(this.#world.faults.coincidences[name]);
  }

  #breakDown(of: string, fromMs: number, toMs: number): void {
    if (this.#outages === OUTAGES_MAX) return;
    this.#outages += 1;
    this.#world.breakDown(of, this.#random.between(fromMs, toMs));
  }
}

const isHeld = (lane: { readonly [name: string]: unknown } | undefined): boolean =>
  Object.values((lane?.['holds'] ?? {}) as object).some((hold) => hold !== undefined);

const ownerIn = (breaker: { readonly [name: string]: unknown } | undefined): string | undefined =>
  (breaker?.['probe'] as { readonly owner: string } | undefined)?.owner;
