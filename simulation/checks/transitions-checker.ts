/**
 * Each transition of a lane or an incident is a metric (R60). The function whose save made the transition counts it
 * in the same invocation. It may not if it died, or does not know that its save stands: a call failed for good, or a
 * try was still on its way. What an operator did is in the audit log.
 */
import { type Checker, RuleBroken, type Seen } from '../checker.ts';
import type { Item } from '../dynamo/values.ts';
import type { Effect, EffectOf } from '../effects.ts';
import { type Host, isOperator } from '../host.ts';

/** Longer than a request may be on its way after its sender gave up. */
const LATE_MS = 30_000;

export class TransitionsChecker implements Checker {
  readonly kinds = ['invoked', 'died', 'written', 'counted', 'befell', 'failed', 'ended'] as const;
  readonly #scheduler: Seen['scheduler'];
  /** By host: metrics of what its invocation saved, and how often it has not emitted them. */
  readonly #owed = new Map<string, Map<string, number>>();
  /** Until then a host may have saved without knowing it. */
  readonly #unsureUntil = new Map<string, number>();

  constructor({ scheduler }: Pick<Seen, 'scheduler'>) {
    this.#scheduler = scheduler;
  }

  see(effect: Effect, by: Host | undefined): void {
    const isSaid: boolean = isOperator(by);
    if (by === undefined || isSaid) return;
    switch (effect.kind) {
      case 'invoked':
      case 'died':
        this.#owed.delete(by.name);
        return;
      case 'written':
        for (const metric of metricsOf(effect)) this.#add(by, metric, 1);
        return;
      case 'counted':
        this.#add(by, effect.metric, -effect.count);
        return;
      case 'befell':
        if (effect.fate === 'late') this.#isUnsure(by, effect.command);
        return;
      case 'failed':
        if (!isConflict(effect.error)) this.#isUnsure(by, effect.command);
        return;
      case 'ended':
        if (effect.outcome.status === 'success') this.#ended(by);
        this.#owed.delete(by.name);
    }
  }

  #add({ name }: Host, metric: string, count: number): void {
    const owed = this.#owed.get(name) ?? new Map<string, number>();
    this.#owed.set(name, owed.set(metric, (owed.get(metric) ?? 0) + count));
  }

  #isUnsure({ name }: Host, { input }: { readonly input?: { readonly TableName?: string } }): void {
    if (!/-(?:supervision|incidents)$/.test(input?.TableName ?? '')) return;
    this.#unsureUntil.set(name, this.#scheduler.now + LATE_MS);
  }

  #ended({ name }: Host): void {
    if (this.#scheduler.now < (this.#unsureUntil.get(name) ?? 0)) return;
    for (const [metric, count] of this.#owed.get(name) ?? []) {
      if (count <= 0) continue;
      throw new RuleBroken('R60', `${name} has saved what ${metric} counts, and did not count it`);
    }
  }
}

function metricsOf({ table, before, after }: EffectOf<'written'>): readonly string[] {
  if (table.endsWith('-supervision')) return metricsOfLane(before, after);
  if (!table.endsWith('-incidents') || !String(after?.['sk']).startsWith('incident#')) return [];
  if (before === undefined) return ['Incidents'];
  const isOver = after?.['status'] === 'resolved' && before['status'] !== 'resolved';
  return isOver ? ['IncidentsResolved'] : [];
}

function metricsOfLane(before: Item | undefined, after: Item | undefined): readonly string[] {
  const [held, holds] = [holdersOf(before), holdersOf(after)];
  return [
    ...holds.filter((holder) => !held.includes(holder)).map(() => 'LanePauses'),
    ...held.filter((holder) => !holds.includes(holder)).map(() => 'LaneReleases'),
  ];
}

function holdersOf(item: Item | undefined): readonly string[] {
  const holds = (item?.['holds'] ?? {}) as Readonly<Record<string, object | undefined>>;
  return Object.keys(holds).filter((holder) => holds[holder] !== undefined);
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
