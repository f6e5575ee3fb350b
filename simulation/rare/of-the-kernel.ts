/** Rare states of breakers, incidents, lanes and the audit log. */
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
