/** Rare states of breakers, incidents, lanes and the audit log. */
import { type Counting, isReport } from '../checks/reported-calls.ts';
import type { EffectOf } from '../effects.ts';
import { on } from './make-state.ts';

interface Breaker {
  readonly phase: string;
  readonly rampFrom?: number;
  readonly reopenings: number;
  readonly probe?: { readonly owner: string };
}

/** A probe is taken over because its owner died or was too slow. */
export const probeTakenOver = on(['written'], () => (effect) => {
  if (!effect.table.endsWith('-breakers')) return false;
  const before = effect.before as Breaker | undefined;
  const after = effect.after as Breaker | undefined;
  const isBoth = before?.probe !== undefined && after?.probe !== undefined;
  return isBoth && before.probe.owner !== after.probe.owner;
});

export const reopens = on(['written'], () => (effect) => {
  if (!effect.table.endsWith('-breakers')) return false;
  const { phase, reopenings = 0 } = (effect.after ?? {}) as Partial<Breaker>;
  const former = (effect.before as Breaker | undefined)?.reopenings ?? 0;
  return phase === 'open' && reopenings > former;
});

export const openedByLateCrashes = on(['written'], () => {
  const newest = new Map<unknown, number>();
  const late = new Set<unknown>();
  return (effect) => {
    if (!effect.table.endsWith('-incidents')) return false;
    const { pk, sk, at } = effect.after ?? {};
    if (String(sk).startsWith('crash#')) {
      if (Number(at) < (newest.get(pk) ?? 0)) late.add(pk);
      newest.set(pk, Math.max(Number(at), newest.get(pk) ?? 0));
      return false;
    }
    return effect.before === undefined && String(sk).startsWith('incident#') && late.delete(pk);
  };
});

export const secondIncident = on(
  ['written'],
  () => (effect) =>
    effect.table.endsWith('-incidents') &&
    effect.before === undefined &&
    Number(effect.after?.['number']) > 1,
);

export const resolvedByQuiet = on(['written'], () => (effect) => {
  if (!effect.table.endsWith('-incidents')) return false;
  const isNow = effect.after?.['status'] === 'resolved';
  return isNow && effect.before?.['status'] !== 'resolved';
});

export const laneProbeFails = on(['written'], () => (effect) => {
  if (!effect.table.endsWith('-supervision')) return false;
  const setbacks = Number(effect.after?.['setbacks'] ?? 0);
  const former = Number(effect.before?.['setbacks'] ?? 0);
  return setbacks > former && effect.before?.['probe'] !== undefined;
});

/** A second writer writes to the audit log while the first one may still write. */
export const auditWritersMeet = on(['put'], () => {
  let last: string | undefined;
  let lastAt = 0;
  return (_, by) => {
    if (by === undefined || !by.name.includes('-audit#')) return false;
    const hasMet = last !== undefined && last !== by.name && by.scheduler.now - lastAt < 60_000;
    last = by.name;
    lastAt = by.scheduler.now;
    return hasMet;
  };
});

/** Whether a write of a breaker's item tells the fleet of calls. */
function reportsCalls({ table, before, after }: EffectOf<'written'>): boolean {
  if (!table.endsWith('-breakers') || before?.['phase'] !== 'closed') return false;
  return (
    after !== undefined && isReport(before as unknown as Counting, after as unknown as Counting)
  );
}

/** The breakers of the FHIR servers do so where a run draws that policy. */
export const opensByShare = on(
  ['written'],
  () => (effect) => effect.after?.['phase'] === 'open' && reportsCalls(effect),
);

/** Its environment does not know whether the fleet has its calls. */
export const reportWithoutAnswer = on(['written', 'failed'], () => {
  const reports = new Set<string>();
  return (effect, by) => {
    if (effect.kind === 'written') {
      const { pk, version } = effect.after ?? {};
      if (reportsCalls(effect)) reports.add(`${by?.name} ${pk} ${version}`);
      return false;
    }
    const { input } = effect.command as { input: { Item?: { pk: string; version?: number } } };
    return reports.delete(`${by?.name} ${input.Item?.pk} ${input.Item?.version}`);
  };
});

/** A component dies too often, and its supervisor too: people are paged. */
export const escalated = on(['written'], () => ({ table, before, after }) => {
  return table.endsWith('-incidents') && before === undefined && after?.['cause'] === 'escalation';
});
