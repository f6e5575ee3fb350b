import { describe, expect, test } from 'vitest';
import {
  type AppendedEntry,
  appendFacts,
  genesis,
  type RecordedFact,
} from '../../core/audit/audit-chain.ts';
import { objectKeyOf, objectText } from '../../core/audit/audit-keys.ts';
import { AuditChecker } from '../../simulation/audit-checker.ts';

const CHAIN = 'main';
const fact = (name: string): RecordedFact => ({
  fact: name,
  kind: 'redrive',
  at: 1,
  component: 'cli',
  teller: 'AROA1',
  details: {},
});

/** Consecutive batches of these facts. */
function batches(...all: string[][]): { key: string; entries: AppendedEntry[] }[] {
  let head = genesis(CHAIN);
  return all.map((names) => {
    const written = { chain: CHAIN, recordedAt: 1, configuration: 'c' };
    const entries = appendFacts(head, names.map(fact), written);
    const key = objectKeyOf(CHAIN, head.sequence + 1);
    head = { ...head, ...entries.at(-1) };
    return { key, entries };
  });
}

const bytesOf = (entries: readonly AppendedEntry[]) =>
  Buffer.from(objectText(entries.map(({ line }) => line)));
const rowsOf = (entries: readonly AppendedEntry[]) => entries.map(({ line }) => ({ line }));
const told = (...names: string[]) => new Set(names.map((name) => `redrive#${name}`));

function checked(all: ReturnType<typeof batches>): AuditChecker {
  const checker = new AuditChecker();
  for (const { key, entries } of all) checker.put(key, bytesOf(entries));
  return checker;
}

describe('R40: the checker of the audit log', () => {
  test('accepts a log that is whole', () => {
    const all = batches(['a', 'b'], ['c']);
    const checker = checked(all);
    for (const fact of told('a', 'b', 'c')) expect(checker.has(fact)).toBe(true);
    checker.end(
      told('a', 'b', 'c'),
      all.flatMap(({ entries }) => rowsOf(entries)),
    );
  });

  test('finds an object that is written again, in the wrong place or unreadable', () => {
    const [first, second] = batches(['a'], ['b']) as [
      ReturnType<typeof batches>[0],
      ReturnType<typeof batches>[0],
    ];
    const again = checked([first]);
    expect(() => again.put(first.key, bytesOf(first.entries))).toThrow('was written again');
    expect(() => checked([second])).toThrow(`and not ${first.key}`);
    expect(() => new AuditChecker().put(first.key, Buffer.from('{}\n'))).toThrow('cannot be read');
  });

  test('finds a batch that does not follow from the one before it', () => {
    const [, second] = batches(['a'], ['b']);
    const checker = checked(batches(['x']));
    expect(() => checker.put(second?.key ?? '', bytesOf(second?.entries ?? []))).toThrow(
      'breaks the chain',
    );
  });

  test('finds a fact that occurs twice', () => {
    expect(() => checked(batches(['a'], ['a']))).toThrow('recorded twice');
  });

  test('finds a missing fact, one that nobody published, and an incomplete table', () => {
    const all = batches(['a', 'b']);
    const rows = all.flatMap(({ entries }) => rowsOf(entries));
    expect(() => checked(all).end(told('a', 'b', 'c'), rows)).toThrow('redrive#c is missing');
    expect(() => checked(all).end(told('a'), rows)).toThrow('nobody told fact redrive#b');
    expect(() => checked(all).end(told('a', 'b'), rows.slice(1))).toThrow('table lacks an entry');
  });
});
