import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FactRow, verifyFacts } from '../../../core/audit/audit-known-facts.ts';
import type { AuditProblem } from '../../../core/audit/audit-verification.ts';

const ENTRIES = 1_000;
const entries = Array.from({ length: ENTRIES }, (_, n) => ({ sequence: n + 1, fact: `fact ${n}` }));
const problem = (what: AuditProblem['what'], { sequence, fact }: FactRow): AuditProblem => ({
  sequence,
  where: 'facts',
  what,
  place: fact,
});

test('R40: rows that name the entries are correct in any order', () => {
  expect(verifyFacts(entries, entries.toReversed(), ENTRIES)).toBeUndefined();
  expect(verifyFacts([], [], 0)).toBeUndefined();
});

describe('R40: at each of a thousand positions, is found and named', () => {
  test('a fact that was forged, beyond the end or as another entry', () => {
    for (const { sequence } of entries) {
      const forged = { fact: 'yet to come', sequence };
      expect(verifyFacts(entries, [forged, ...entries], ENTRIES)).toEqual(
        problem('not expected', forged),
      );
    }
  });

  test('a fact that was forgotten', () => {
    for (const [n, entry] of entries.entries()) {
      expect(verifyFacts(entries, entries.toSpliced(n, 1), ENTRIES)).toEqual(
        problem('missing', entry),
      );
    }
  });

  test('a fact that is known as another entry', () => {
    for (const [n, entry] of entries.entries()) {
      const rows = entries.with(n, { ...entry, sequence: ((n + 1) % ENTRIES) + 1 });
      expect(verifyFacts(entries, rows, ENTRIES)).toEqual(problem('changed', entry));
    }
  });

  test('an entry that was removed from the end of table and objects', () => {
    for (const [n, entry] of entries.entries()) {
      expect(verifyFacts(entries.slice(0, n), entries, n)).toEqual(problem('not expected', entry));
    }
  });
});

test('R40: a fact that was written twice because its row was removed is named', () => {
  const [first = { sequence: 1, fact: '' }, ...others] = entries;
  const twice = { ...first, sequence: ENTRIES + 1 };
  const found = verifyFacts([first, ...others, twice], [...others, twice], ENTRIES + 1);
  expect(found).toEqual(problem('changed', first));
});

test('an entry newer than the rows needs no row, but a wrong row is found', () => {
  const rows = entries.slice(0, -1);
  const last = { sequence: ENTRIES, fact: `fact ${ENTRIES - 1}` };
  expect(verifyFacts(entries, rows, ENTRIES - 1)).toBeUndefined();
  expect(verifyFacts(entries, rows, ENTRIES)).toEqual(problem('missing', last));
  const wrong = [...rows, { ...last, sequence: 1 }];
  expect(verifyFacts(entries, wrong, ENTRIES - 1)).toEqual(problem('changed', last));
});

test('R40: a forged row is named before what is wrong with a later entry', () => {
  const forged = { fact: 'yet to come', sequence: 3 };
  const rows = [...entries.filter(({ sequence }) => sequence !== 5), forged];
  expect(verifyFacts(entries, rows, ENTRIES)).toEqual(problem('not expected', forged));
});

test('R40: of several wrong rows the first is named (property)', () => {
  const some = fc.subarray(entries.slice(0, 50), { minLength: 1 });
  fc.assert(
    fc.property(some, some, (forgotten, moved) => {
      const rows = entries
        .filter((entry) => !forgotten.includes(entry))
        .map((entry) => (moved.includes(entry) ? { ...entry, sequence: 0 } : entry));
      const [first] = [...forgotten, ...moved].sort((a, b) => a.sequence - b.sequence);
      const found = verifyFacts(entries, rows, ENTRIES);
      expect(found?.place).toBe(first?.fact);
    }),
    { numRuns: 200 },
  );
});
