/**
 * Incidents. Enough crashes within a window open one, late ones included, and nothing else does
 * (R20). The crashes in the table decide. By the time the last message about a crash has been deleted from the
 * incident's queue, those whose messages are gone have opened one, or one is open. Crashes that met an open incident
 * which quiet resolves have until that incident is finished. A crash is recorded anew only by its own message, and never
 * after fewer resolutions. An escalation opens one incident at most, and one goes on after it was recorded (R31). Each incident is sent to on-call and to management,
 * under its own key (R21). No published crash is lost.
 */
import { type Checker, RuleBroken } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import {
  CRASHES,
  type Crash,
  CrashesOfScope,
  type Incident,
  isGoingOn,
  WINDOW_MS,
} from './crashes-of-scope.ts';

/** A message in the incident's queue. */
interface Reported {
  /** Of a crash. */
  readonly id?: string;
  readonly component?: string;
  readonly escalation?: { readonly scope: string; readonly id: string };
}

/** The escalations of a scope, and the incidents that they opened. */
interface Escalations {
  readonly ids: Set<string>;
  /** Those that were recorded, and since then no incident went on. */
  readonly unheard: Set<string>;
  incidents: number;
}

export class IncidentChecker implements Checker {
  readonly kinds = ['arrived', 'left', 'written', 'published'] as const;
  readonly #scopes = new Map<string, CrashesOfScope>();
  readonly #escalations = new Map<string, Escalations>();
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
    for (const [name, scope] of this.#scopes) {
      const { latest } = scope;
      if (isGoingOn(latest)) return `incident ${name}#${latest?.number} is ${latest?.status}`;
      // The last crash is recorded a moment before the incident is opened.
      if (scope.isQueued && scope.surelyFull() !== undefined) {
        return `a message about a crash of ${name} is in the queue`;
      }
    }
    return undefined;
  }

  end(): void {
    for (const [name, scope] of this.#scopes) mustBeOpen(name, scope.surelyFull());
  }

  #queued(effect: EffectOf<'arrived'> | EffectOf<'left'>): void {
    if (!effect.queue.name.endsWith('-incident')) return;
    const { id, component, escalation } = JSON.parse(effect.message.body) as Reported;
    if (escalation !== undefined) {
      const { ids, unheard } = this.#escalationsOf(escalation.scope);
      ids.add(escalation.id);
      if (effect.kind === 'left' && effect.how === 'deleted' && unheard.has(escalation.id)) {
        const what = `${escalation.scope} was escalated, and no incident has gone on since`;
        throw new RuleBroken('R31', what);
      }
    }
    if (id === undefined || component === undefined) return;
    const scope = this.#scopeOf(component);
    scope.queued(id, effect.kind === 'arrived' ? 1 : -1);
    if (effect.kind === 'arrived' && !this.#recorded.has(id)) this.#untold.add(id);
    const crash = scope.get(id);
    if (effect.kind === 'arrived' || effect.how !== 'deleted' || crash === undefined) return;
    // The second look at that quiet may still open one.
    if (scope.latest?.resolved?.quietSince !== undefined && scope.latest.phase !== 'finished')
      return;
    mustBeOpen(component, scope.handledFull(crash.at));
  }

  #written({ before, after }: EffectOf<'written'>): void {
    const item = after ?? before;
    const sk = String(item?.['sk']);
    const name = String(item?.['pk']);
    const scope = this.#scopeOf(name);
    if (sk.startsWith('crash#') && after !== undefined) {
      if (before !== undefined) mustBeAnew(before, after);
      this.#record(scope, after);
    }
    if (sk.startsWith('escalation#') && before === undefined && !isGoingOn(scope.latest)) {
      this.#escalationsOf(name).unheard.add(sk.slice(sk.indexOf('#') + 1));
    }
    if (!sk.startsWith('incident#') || after === undefined) return;
    const incident = after as unknown as Incident;
    if (before === undefined) this.#opened(name, scope, incident);
    if (incident.status === 'resolved') scope.over = Math.max(scope.over, incident.number);
    if (incident.number < (scope.latest?.number ?? 0)) return;
    scope.latest = incident;
    if (isGoingOn(incident)) this.#escalationsOf(name).unheard.clear();
    const isFinished = incident.phase === 'finished' && before?.['phase'] !== 'finished';
    if (isFinished) mustBeOpen(name, scope.handledFull());
  }

  #record(scope: CrashesOfScope, item: Item): void {
    const { id, at, environment, incidentsOver } = item as unknown as Crash & {
      incidentsOver?: number;
    };
    this.#untold.delete(id);
    this.#recorded.add(id);
    scope.record({ id, at, environment, over: incidentsOver ?? 0 });
  }

  #opened(name: string, scope: CrashesOfScope, incident: Incident): void {
    const { latest } = scope;
    const { number } = incident;
    const key = `${name}#${number}`;
    if (isGoingOn(latest)) {
      throw new RuleBroken('R20', `${key} was opened while #${latest?.number} goes on`);
    }
    if (number !== (latest?.number ?? 0) + 1) {
      throw new RuleBroken('R20', `${key} follows ${latest?.number ?? 'none'}`);
    }
    if (incident.cause === 'escalation') this.#escalated(name, key);
    else if (scope.maybeFull() === undefined) {
      throw new RuleBroken('R20', `${key} was opened, and no window holds ${CRASHES} crashes`);
    }
    this.#keys.add(key);
    for (const topic of ['oncall', 'management']) this.#toTell.add(`${key} ${topic}`);
  }

  #escalated(name: string, key: string): void {
    const escalations = this.#escalationsOf(name);
    escalations.incidents += 1;
    const { ids, incidents } = escalations;
    if (incidents <= ids.size) return;
    throw new RuleBroken('R20', `${key} was opened, and ${name} was escalated ${ids.size} times`);
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

  #scopeOf(name: string): CrashesOfScope {
    const scope = this.#scopes.get(name) ?? new CrashesOfScope();
    this.#scopes.set(name, scope);
    return scope;
  }

  #escalationsOf(name: string): Escalations {
    const escalations = this.#escalations.get(name) ?? {
      ids: new Set(),
      unheard: new Set(),
      incidents: 0,
    };
    this.#escalations.set(name, escalations);
    return escalations;
  }
}

/** @throws RuleBroken if another message changed what one has recorded, or an older write came later */
function mustBeAnew(before: Item, after: Item): void {
  const { id, receipt, incidentsOver } = after;
  if (before['receipt'] !== receipt) {
    throw new RuleBroken('R20', `crash ${id} was recorded anew by another message`);
  }
  const former = Number(before['incidentsOver'] ?? 0);
  if (Number(incidentsOver ?? 0) >= former) return;
  throw new RuleBroken('R20', `crash ${id} of ${former} resolutions is now of ${incidentsOver}`);
}

function mustBeOpen(name: string, full: Crash | undefined): void {
  if (full === undefined) return;
  const what = `${CRASHES} crashes of ${name} up to ${full.at} lie within ${WINDOW_MS} ms`;
  throw new RuleBroken('R20', `${what}, and opened no incident`);
}
