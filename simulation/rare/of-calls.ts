/** Rare states of calls to services and servers, and of deployments. */
import { isVerdict } from '../coincidences/late-writes.ts';
import type { Item } from '../dynamo/values.ts';
import type { Host } from '../host.ts';
import { on } from './make-state.ts';

/** The SDK says that it was throttled, and it has taken effect. */
export const lostThenThrottled = on(
  ['befell'],
  () => (effect) => effect.fate === 'throttled' && effect.before === 'lostAnswer',
);

/** A partition of a table accepts no more writes in this second. */
export const hotPartition = on(
  ['too hot'],
  () =>
    ({ where }) =>
      where === 'table',
);

/** Its index accepts no more, so the table refuses the write. */
export const indexThrottlesTable = on(
  ['too hot'],
  () =>
    ({ where }) =>
      where === 'index',
);

/** A partition, of a table or an index, answers no more reads in this second. */
export const hotReads = on(
  ['too hot'],
  () =>
    ({ where }) =>
      where === 'reads',
);

/** Its caller gave up, and may have begun another one since. */
export const latePut = on(['answered', 'stored'], () => {
  const givenUp = new Set<number>();
  return (effect) => {
    if (effect.kind === 'answered' && effect.status === undefined) givenUp.add(effect.call.number);
    return effect.kind === 'stored' && givenUp.has(effect.call.number);
  };
});

/** It was given up, and what it overwrites was stored after it had begun. */
export const latePutOverNewer = on(['answered', 'stored'], (seen) => {
  const isLate = latePut.make(seen);
  return (effect, by) =>
    isLate(effect, by) &&
    effect.kind === 'stored' &&
    (effect.before?.at ?? 0) > effect.call.begunAt;
});

/** A put under a condition met another one of its key, or one that came to nothing. */
export const putConflicts = on(
  ['failed'],
  () =>
    ({ service, error }) =>
      service === 's3' && error instanceof Error && error.name === 'ConditionalRequestConflict',
);

interface Verdict {
  readonly TableName: string;
  readonly Key: { readonly pk: string };
  readonly ExpressionAttributeValues: Readonly<Record<string, unknown>>;
}

/** A resource is stored, or a message quarantined, by a write that its sender has given up. */
export const lateVerdict = on(['failed', 'written'], () => {
  /** By table and key: when the sender meant to store or quarantine it. */
  const givenUp = new Map<string, unknown>();
  return (effect) => {
    if (effect.kind === 'failed') {
      if (!isVerdict(effect.command)) return false;
      const {
        TableName,
        Key,
        ExpressionAttributeValues: values,
      } = (effect.command as { input: Verdict }).input;
      givenUp.set(`${TableName} ${Key.pk}`, values[':storedAt'] ?? values[':quarantinedAt']);
      return false;
    }
    const { table, before, after } = effect;
    const at = givenUp.get(`${table} ${after?.['pk']}`);
    return at !== undefined && endedAt(after) === at && endedAt(before) !== at;
  };
});

const endedAt = (item: Item | undefined) => item?.['storedAt'] ?? item?.['quarantinedAt'];

/** Code that was rolled back is at work in a new environment, beside the code that it replaces. */
export const rolledBack = on(['invoked', 'ended'], () => {
  const newer = new Map<string, Set<string>>();
  const isNewest = new Map<string, number>();
  return (effect, by) => {
    if (by === undefined || (effect.kind !== 'invoked' && effect.kind !== 'ended')) return false;
    const running = newer.get(effect.functionName) ?? new Set<string>();
    newer.set(effect.functionName, running);
    if (by.deployment === 0) {
      const newest = isNewest.get(effect.functionName) ?? Number.POSITIVE_INFINITY;
      return effect.kind === 'invoked' && running.size > 0 && numberOf(by) > newest;
    }
    const newest = isNewest.get(effect.functionName) ?? 0;
    isNewest.set(effect.functionName, Math.max(newest, numberOf(by)));
    if (effect.kind === 'invoked') running.add(by.name);
    else running.delete(by.name);
    return false;
  };
});

/** Environments of a function are numbered from 1 on. */
const numberOf = ({ name }: Host) => Number(name.split('#').at(-1));

/** Environments of two deployments of one function are at work at once. */
export const oldAndNewAtOnce = on(['invoked', 'ended'], () => {
  const running = new Map<string, Map<string, number>>();
  return (effect, by) => {
    if (by === undefined || (effect.kind !== 'invoked' && effect.kind !== 'ended')) return false;
    const all = running.get(effect.functionName) ?? new Map<string, number>();
    running.set(effect.functionName, all);
    if (effect.kind === 'ended') {
      all.delete(by.name);
      return false;
    }
    all.set(by.name, by.deployment);
    return [...all.values()].some((deployment) => deployment !== by.deployment);
  };
});
