/**
 * Storms of crashes at the worst moments of an incident. One is reported when the incident has just been found to be
 * quiet for long enough: its notices are held on their way until then, and the environment that has looked stands still
 * before it says so. Another comes just after the incident was resolved, and counts together with the few crashes of its
 * quiet period.
 */
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
/** Nothing is held for longer after the quiet: wakes are rare while nothing waits, and may be missed. */
const HELD_MS_MAX = 250_000;
/** After a look has been asked for: it does not see what arrives then. */
const SOON_MS = 200;

interface Scope {
  readonly lane: 'critical' | 'background';
  /** When crashes happened. */
  readonly times: number[];
  isOpen: boolean;
  /** When it has been quiet for long enough, if nothing crashes until then. */
  quietAt: number;
  /** Notices of a storm on their way to the queues; undefined while none is held. */
  held?: (() => void)[] | undefined;
}

export class Storms implements Watcher {
  readonly kinds = ['written', 'called'] as const;
  readonly #world: World;
  readonly #producers: Producers;
  readonly #random: Random;
  readonly #scopes = new Map<string, Scope>();
  #files = 0;

  constructor(world: World, producers: Producers, seed: number) {
    this.#world = world;
    this.#producers = producers;
    this.#random = new Random(seed);
    world.services.sns.hold = (message, deliver) => this.#hold(message, deliver);
  }

  see(effect: Effect, by: Host | undefined): void {
    const share = this.#world.faults.coincidences.stormAtQuiet;
    if (share === 0) return;
    if (effect.kind === 'written' && effect.table.endsWith('-incidents')) this.#written(effect);
    const isReview = effect.kind === 'called' && by?.name.includes('-incident#');
    if (isReview && by !== undefined) this.#looked(effect, by);
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
    at(quietAt - this.#random.between(45_000, 150_000), () => this.#send(scope, 'throw', 1, 0));
    if (this.#random.chance(0.5)) return;
    at(quietAt - this.#random.between(5_000, 40_000), () => {
      scope.held ??= [];
      const heldMs = quietAt - scheduler.now + HELD_MS_MAX;
      // Crashes may be reported long after that.
      scheduler.after(Math.max(0, heldMs), () => release(scope));
      // Each crashes once, so that nothing follows the storm.
      for (let files = 0; files < 2; files += 1) this.#send(scope, 'flaky', 8, 0);
    });
  }

  #send({ lane }: Scope, defect: 'throw' | 'flaky', size: number, afterMs: number): void {
    if (this.#files === FILES_MAX) return;
    this.#files += 1;
    this.#producers.sendFile({ size, lane, defect, afterMs });
  }

  /** Whether a notice is delivered later. */
  #hold(message: string, deliver: () => void): boolean {
    if (![...this.#scopes.values()].some(({ held }) => held !== undefined)) return false;
    const { component = '' } = JSON.parse(message) as { component?: string };
    const { held } = this.#scopes.get(component) ?? {};
    held?.push(deliver);
    return held !== undefined;
  }

  /** What was held arrives, and is recorded before the look has an answer. */
  #looked({ command }: EffectOf<'called'>, by: Host): void {
    const scope = this.#scopes.get(scopeLookedAt(command) ?? '');
    const isQuiet = scope?.isOpen === true && this.#world.scheduler.now >= scope.quietAt;
    if (scope?.held === undefined || !isQuiet) return;
    by.standStill(this.#world.faults.functions.stallMs);
    this.#world.scheduler.after(SOON_MS, () => release(scope));
  }
}

function release(scope: Scope): void {
  const { held = [] } = scope;
  scope.held = undefined;
  for (const deliver of held) deliver();
}

interface Look {
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

/** The scope whose newest crashes are read (functions/incident/review-incidents.ts). */
function scopeLookedAt(command: object): string | undefined {
  const { input = {} } = command as { input?: Look };
  const { ScanIndexForward, Limit = 0, ExpressionAttributeValues: values } = input;
  return ScanIndexForward === false && Limit > 1 ? String(values?.[':scope']) : undefined;
}
