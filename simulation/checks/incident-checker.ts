/**
 * Incidents. Enough crashes within a window open one, late ones included, and nothing else does
 * (R20). The crashes in the table decide. Each incident is sent to on-call and to management, under
 * its own key (R21). No published crash is lost.
 */
import { type Checker, RuleBroken } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';

const CRASHES = 10;
const WINDOW_MS = 300_000;
/**
 * A failed init and the following death in the same environment are one crash (a lower bound is
 * kept).
 */
const SAME_DEATH_MS = 120_000;

interface Crash {
  readonly id: string;
  readonly at: number;
  readonly environment: string | undefined;
  /** Number of resolved incidents of the scope when it was recorded, according to the item. */
  readonly over: number;
  /** The same number when the checker saw it. */
  readonly seenOver: number;
}

interface Incident {
  readonly number: number;
  readonly status: string;
  readonly cause: string;
  readonly resolved?: { readonly at: number; readonly quietSince?: number };
}

interface Scope {
  /** Each crash once, at its earliest time. */
  readonly crashes: Map<string, Crash>;
  /** All recorded crashes. A crash that was published with two times is there twice. */
  readonly reports: Crash[];
  latest: Incident | undefined;
  /** Number of resolved incidents. */
  over: number;
}

export class IncidentChecker implements Checker {
  readonly kinds = ['arrived', 'written', 'published'] as const;
  readonly #scopes = new Map<string, Scope>();
  /** Crashes that the incident's queue accepted, but that are not recorded yet. */
  readonly #untold = new Set<string>();
  readonly #recorded = new Set<string>();
  /** Notices that must still be sent, as `<topic> <key>`. */
  readonly #toTell = new Set<string>();
  readonly #keys = new Set<string>();

  see(effect: Effect): void {
    if (effect.kind === 'arrived' && effect.queue.name.endsWith('-incident')) {
      const { id, component } = JSON.parse(effect.message.body) as {
        id?: string;
        component?: string;
      };
      const isCrash = id !== undefined && component !== undefined;
      if (isCrash && !this.#recorded.has(id)) this.#untold.add(id);
    }
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
    for (const [name, scope] of this.#scopes) {
      const full = isGoingOn(scope.latest) ? undefined : fullWindow(surelyUnspent(scope));
      if (full === undefined) continue;
      const what = `${CRASHES} crashes of ${name} up to ${full.at} lie within ${WINDOW_MS} ms`;
      throw new RuleBroken('R20', `${what}, and opened no incident`);
    }
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
    if (incident.number >= (scope.latest?.number ?? 0)) scope.latest = incident;
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
    const scope: Scope = { crashes: new Map(), reports: [], latest: undefined, over: 0 };
    this.#scopes.set(name, scope);
    return scope;
  }
}

const isGoingOn = (incident: Incident | undefined) =>
  incident !== undefined && incident.status !== 'resolved';

/** Crashes that may open an incident: those that the latest resolution has not read. */
function maybeUnspent({ reports, latest }: Scope): Crash[] {
  return reports.filter((crash) => !isRead(crash, crash.over, latest));
}

/**
 * Crashes that must open one, by what the checker saw and not by the items. Of two that may be one
 * death, one counts.
 */
function surelyUnspent({ crashes, latest }: Scope): Crash[] {
  const sorted = [...crashes.values()].sort((a, b) => a.at - b.at);
  const lastOf = new Map<string, { at: number; isRead: boolean }>();
  return sorted.filter((crash) => {
    const read = isRead(crash, crash.seenOver, latest);
    const { environment, at } = crash;
    if (environment === undefined) return !read;
    const former = lastOf.get(environment);
    lastOf.set(environment, { at, isRead: read });
    return !read && (former === undefined || at - former.at > SAME_DEATH_MS);
  });
}

/**
 * Whether the latest resolution has read it. A quiet one has read up to the start of its quiet
 * period.
 */
function isRead({ at }: Crash, over: number, latest: Incident | undefined): boolean {
  if (latest?.resolved === undefined || over >= latest.number) return false;
  const { quietSince } = latest.resolved;
  return quietSince === undefined || at <= quietSince;
}

/**
 * The crash that completes a window (t − 5 min, t] of enough crashes. Undefined if no window is
 * full.
 */
function fullWindow(crashes: readonly Crash[]): Crash | undefined {
  const sorted = [...crashes].sort((a, b) => a.at - b.at);
  const within = new Map<string, number>();
  let oldest = 0;
  return sorted.find((crash) => {
    for (; crash.at - (sorted[oldest]?.at ?? 0) >= WINDOW_MS; oldest += 1) {
      const { id } = sorted[oldest] as Crash;
      const left = (within.get(id) ?? 1) - 1;
      if (left === 0) within.delete(id);
      else within.set(id, left);
    }
    within.set(crash.id, (within.get(crash.id) ?? 0) + 1);
    return within.size >= CRASHES;
  });
}
