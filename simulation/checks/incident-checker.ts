/**
 * Incidents. Enough crashes within a window open one, late ones included, and nothing else does
 * (R20). The crashes in the table decide. By the time the last message about a crash has been deleted from the
 * incident's queue, those whose messages are gone have opened one, or one is open. Crashes that met an open incident
 * which quiet resolves have until that incident is finished. Each incident is sent to on-call and to management, under
 * its own key (R21). No published crash is lost.
 */
import { type Checker, RuleBroken } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import {
  CRASHES,
  type Crash,
  fullWindow,
  type Incident,
  isGoingOn,
  maybeUnspent,
  type Scope,
  surelyUnspent,
  WINDOW_MS,
} from './crashes-of-scope.ts';

export class IncidentChecker implements Checker {
  readonly kinds = ['arrived', 'left', 'written', 'published'] as const;
  readonly #scopes = new Map<string, Scope>();
  /** Crashes that the incident's queue accepted, but that are not recorded yet. */
  readonly #untold = new Set<string>();
  readonly #recorded = new Set<string>();
  /** Notices that must still be sent, as `<topic> <key>`. */
  readonly #toTell = new Set<string>();
  readonly #keys = new Set<string>();

  see(effect: Effect): void {
    if (effect.kind === 'arrived' || effect.kind === 'left') this.#queued(effect);
    if (effect.kind === 'written' && effect.table.endsWith('-incidents')) this.#written(effect);
    if (effect.kind === 'published') this.#told(effect);
  }

  unfinished(): string | undefined {
    for (const id of this.#untold) return `crash ${id} is not recorded`;
    for (const what of this.#toTell) return `incident ${what.replace(' ', ' is not told to ')}`;
    for (const [scope, { latest }] of this.#scopes) {
      if (isGoingOn(latest)) return `incident ${scope}#${latest?.number} is ${latest?.status}`;
    }
    return undefined;
  }

  end(): void {
    for (const [name, scope] of this.#scopes) mustBeOpen(name, scope, surelyUnspent(scope));
  }

  #queued(effect: EffectOf<'arrived'> | EffectOf<'left'>): void {
    if (!effect.queue.name.endsWith('-incident')) return;
    const { id, component } = JSON.parse(effect.message.body) as Partial<Record<string, string>>;
    if (id === undefined || component === undefined) return;
    const scope = this.#scopeOf(component);
    const messages = (scope.queued.get(id) ?? 0) + (effect.kind === 'arrived' ? 1 : -1);
    if (messages > 0) scope.queued.set(id, messages);
    else scope.queued.delete(id);
    if (effect.kind === 'arrived' && !this.#recorded.has(id)) this.#untold.add(id);
    const crash = scope.crashes.get(id);
    if (effect.kind === 'arrived' || effect.how !== 'deleted' || crash === undefined) return;
    // The second look at that quiet may still open one.
    if (scope.latest?.resolved?.quietSince !== undefined && scope.latest.phase !== 'finished')
      return;
    mustBeOpen(component, scope, handled(scope, crash.at));
  }

  #written({ before, after }: EffectOf<'written'>): void {
    const item = after ?? before;
    const sk = String(item?.['sk']);
    const scope = this.#scopeOf(String(item?.['pk']));
    if (sk.startsWith('crash#') && after !== undefined) this.#record(scope, after);
    if (!sk.startsWith('incident#') || after === undefined) return;
    const incident = after as unknown as Incident;
    if (before === undefined) this.#opened(String(after['pk']), scope, incident);
    if (incident.status === 'resolved') scope.over = Math.max(scope.over, incident.number);
    if (incident.number < (scope.latest?.number ?? 0)) return;
    scope.latest = incident;
    const isFinished = incident.phase === 'finished' && before?.['phase'] !== 'finished';
    if (isFinished) mustBeOpen(String(after['pk']), scope, handled(scope));
  }

  #record(scope: Scope, item: Item): void {
    const { id, at, environment, incidentsOver } = item as unknown as Crash & {
      incidentsOver?: number;
    };
    this.#untold.delete(id);
    this.#recorded.add(id);
    const over = incidentsOver ?? 0;
    scope.reports.push({ id, at, environment, over, seenOver: scope.over });
    // It was published again with an earlier time. It is the same crash.
    const known = scope.crashes.get(id);
    const seenOver = Math.min(known?.seenOver ?? scope.over, scope.over);
    const earliest = Math.min(known?.at ?? at, at);
    scope.crashes.set(id, { id, at: earliest, environment, over, seenOver });
  }

  #opened(name: string, scope: Scope, incident: Incident): void {
    const { latest } = scope;
    const { number } = incident;
    const key = `${name}#${number}`;
    if (isGoingOn(latest)) {
      throw new RuleBroken('R20', `${key} was opened while #${latest?.number} goes on`);
    }
    if (number !== (latest?.number ?? 0) + 1) {
      throw new RuleBroken('R20', `${key} follows ${latest?.number ?? 'none'}`);
    }
    if (incident.cause === 'crashes' && fullWindow(maybeUnspent(scope)) === undefined) {
      throw new RuleBroken('R20', `${key} was opened, and no window holds ${CRASHES} crashes`);
    }
    this.#keys.add(key);
    for (const topic of ['oncall', 'management']) this.#toTell.add(`${key} ${topic}`);
  }

  #told({ topic, message, attributes }: EffectOf<'published'>): void {
    const audience = /-(oncall|management)$/.exec(topic)?.[1];
    if (audience === undefined) return;
    const key = (JSON.parse(message) as { payload: { custom_details: { incident: string } } })
      .payload.custom_details.incident;
    const dedupKey = attributes['dedupKey']?.StringValue ?? '';
    if (!this.#keys.has(key))
      throw new RuleBroken('R21', `a notice speaks of ${key}, which is not there`);
    if (!dedupKey.includes(key)) throw new RuleBroken('R21', `${key} was told as ${dedupKey}`);
    const notice = attributes['notice']?.StringValue;
    if (notice === 'page' || notice === 'notice') this.#toTell.delete(`${key} ${audience}`);
  }

  #scopeOf(name: string): Scope {
    const known = this.#scopes.get(name);
    if (known !== undefined) return known;
    const scope: Scope = {
      crashes: new Map(),
      reports: [],
      queued: new Map(),
      latest: undefined,
      over: 0,
    };
    this.#scopes.set(name, scope);
    return scope;
  }
}

/** Crashes that must open an incident, and whose messages are gone; those within a window of a moment, or all. */
function handled(scope: Scope, at?: number): Crash[] {
  if (isGoingOn(scope.latest)) return [];
  return surelyUnspent(scope).filter(
    (crash) =>
      !scope.queued.has(crash.id) && (at === undefined || Math.abs(crash.at - at) < WINDOW_MS),
  );
}

function mustBeOpen(name: string, { latest }: Scope, unspent: readonly Crash[]): void {
  const full = isGoingOn(latest) ? undefined : fullWindow(unspent);
  if (full === undefined) return;
  const what = `${CRASHES} crashes of ${name} up to ${full.at} lie within ${WINDOW_MS} ms`;
  throw new RuleBroken('R20', `${what}, and opened no incident`);
}
