/**
 * Storms of crashes at the worst moments of an incident. One comes when the incident has been quiet for long enough: the
 * environment that is about to record it stands still while the minute's wake comes, and the one that has found quiet
 * stands still before it says so. Another comes just after it was resolved, and counts together with the few crashes of
 * its quiet period.
 */
import type { SQSEvent } from 'aws-lambda';
import type { Watcher } from '../checker.ts';
import type { Effect, EffectOf } from '../effects.ts';
import type { Host } from '../host.ts';
import type { Producers } from '../producers.ts';
import { Random } from '../random.ts';
import type { World } from '../world.ts';

/** The settings of incidents (lib/config/incident-config.ts): half the threshold, window, quiet. */
const MANY = 5;
const WINDOW_MS = 300_000;
const QUIET_MS = 300_000;
/** So that a run ends. */
const FILES_MAX = 10;

interface Scope {
  readonly lane: 'critical' | 'background';
  /** When crashes happened. */
  readonly times: number[];
  isOpen: boolean;
  /** When it has been quiet for long enough, if nothing crashes until then. */
  quietAt: number;
}

export class Storms implements Watcher {
  readonly kinds = ['written', 'invoked', 'called'] as const;
  readonly #world: World;
  readonly #producers: Producers;
  readonly #random: Random;
  readonly #scopes = new Map<string, Scope>();
  #files = 0;
  /** Until then an environment stands still that has looked whether incidents are quiet. */
  #surprisedUntil = Number.NEGATIVE_INFINITY;

  constructor(world: World, producers: Producers, seed: number) {
    this.#world = world;
    this.#producers = producers;
    this.#random = new Random(seed);
  }

  see(effect: Effect, by: Host | undefined): void {
    const share = this.#world.faults.coincidences.stormAtQuiet;
    if (share === 0) return;
    if (effect.kind === 'written' && effect.table.endsWith('-incidents')) this.#written(effect);
    if (by === undefined) return;
    if (effect.kind === 'invoked') this.#records(effect, by);
    if (effect.kind === 'called' && by.name.includes('-incident#')) this.#looked(effect, by);
  }

  #written({ before, after }: EffectOf<'written'>): void {
    const { sk, pk, at, lane, status, openedAt, resolved } = after ?? {};
    if (String(sk).startsWith('crash#')) {
      this.#recorded(String(pk), Number(at), lane === 'critical' ? 'critical' : 'background');
    }
    if (!String(sk).startsWith('incident#')) return;
    const scope = this.#scopes.get(String(pk));
    if (scope === undefined) return;
    scope.isOpen = status !== 'resolved';
    if (before === undefined) {
      scope.quietAt = Math.max(scope.quietAt, Number(openedAt) + QUIET_MS);
      this.#prepare(scope);
    }
    const isOver = !scope.isOpen && before?.['status'] !== 'resolved';
    const isQuiet = (resolved as { quietSince?: number } | undefined)?.quietSince !== undefined;
    const size = this.#random.pick([2, 3, 3]);
    if (isOver && isQuiet) this.#send(scope, 'throw', size, this.#random.below(20_000));
  }

  #recorded(name: string, at: number, lane: Scope['lane']): void {
    const scope = this.#scopes.get(name) ?? { lane, times: [], isOpen: false, quietAt: 0 };
    this.#scopes.set(name, scope);
    scope.times.push(at);
    const first = scope.times.at(-MANY);
    if (first === undefined || at - first >= WINDOW_MS) return;
    scope.quietAt = Math.max(scope.quietAt, first + WINDOW_MS + QUIET_MS);
    if (scope.isOpen) this.#prepare(scope);
  }

  /** A few crashes in the quiet, and a storm at its end, unless more crashes come before. */
  #prepare(scope: Scope): void {
    const { scheduler } = this.#world;
    const { quietAt } = scope;
    const isStill = () => scope.isOpen && scope.quietAt === quietAt;
    const at = (when: number, act: () => void) =>
      scheduler.after(Math.max(0, when - scheduler.now), () => {
        if (isStill()) act();
      });
    at(quietAt - this.#random.between(10_000, 150_000), () => this.#send(scope, 'throw', 1, 0));
    if (this.#random.chance(0.5)) return;
    // Each crashes once, so that nothing follows the storm.
    at(quietAt + this.#random.below(20_000), () => {
      for (let files = 0; files < 2; files += 1) this.#send(scope, 'flaky', 8, 0);
    });
  }

  #send({ lane }: Scope, defect: 'throw' | 'flaky', size: number, afterMs: number): void {
    if (this.#files === FILES_MAX) return;
    this.#files += 1;
    this.#producers.sendFile({ size, lane, defect, afterMs });
  }

  /** A storm is about to be recorded: it stands still until the minute's wake has come, and found quiet. */
  #records({ functionName, event }: EffectOf<'invoked'>, by: Host): void {
    if (!functionName.endsWith('-incident')) return;
    const crashes = this.#crashesAtQuiet(event);
    const { now } = this.#world.scheduler;
    const { stallMs } = this.#world.faults.functions;
    if (crashes >= MANY && now >= this.#surprisedUntil) {
      this.#surprisedUntil = now + stallMs;
      this.#world.wake('incident');
    }
    // The rest of the storm too.
    if (crashes > 0 && now < this.#surprisedUntil) by.standStill(this.#surprisedUntil - now);
  }

  /** How many crashes it reports of a scope whose incident has been quiet for long enough. */
  #crashesAtQuiet(event: unknown): number {
    const { Records: records = [] } = event as Partial<SQSEvent>;
    const [first] = records;
    const { component = '' } = JSON.parse(first?.body ?? '{}') as { component?: string };
    const scope = this.#scopes.get(component);
    const isQuiet = scope?.isOpen === true && this.#world.scheduler.now >= scope.quietAt;
    return isQuiet ? records.length : 0;
  }

  #looked({ command }: EffectOf<'called'>, by: Host): void {
    const { now } = this.#world.scheduler;
    if (now >= this.#surprisedUntil || !isLook(command)) return;
    by.standStill(this.#world.faults.functions.stallMs);
  }
}

/** Whether an incident's newest crashes are read (functions/incident/review-incidents.ts). */
function isLook(command: object): boolean {
  const { input = {} } = command as { input?: { ScanIndexForward?: boolean; Limit?: number } };
  return input.ScanIndexForward === false && (input.Limit ?? 0) > 1;
}
