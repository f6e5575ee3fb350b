import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Head } from '../../../core/audit/audit-chain.ts';
import { sortKeyOf } from '../../../core/audit/audit-keys.ts';
import {
  type AuditProblem,
  type AuditRow,
  entriesIn,
  verifyBatch,
  verifyEarlier,
  verifyRest,
} from '../../../core/audit/audit-verification.ts';
import { addBatch, CHAIN, type LogInMemory, logOf, recorded } from '../../support/audit-logs.ts';

/** Walks table and objects from a batch on, as the command does; returns the problem, or the head. */
function verify({ rows, objects, heads }: LogInMemory, fromBatch = 0): AuditProblem | Head {
  let head = heads[fromBatch] as Head;
  let at = rows.findIndex(({ sortKey }) => sortKey > sortKeyOf(head.sequence));
  if (at < 0) at = rows.length;
  for (const object of objects.slice(fromBatch)) {
    const verdict = verifyBatch(CHAIN, head, object, rows.slice(at, at + entriesIn(object)));
    if ('problem' in verdict) return verdict.problem;
    head = verdict.head;
    at += verdict.entries.length;
  }
  const rest = rows[at];
  return rest === undefined ? head : verifyRest(head, CHAIN, rest);
}

const ENTRIES = 1_000;
const SIZES = [10, 1, 3, 7];
const whole = logOf(ENTRIES, SIZES);
/** As long, with other facts: each of its entries can be read. */
const forged = logOf(ENTRIES, [1]);
const sequences = Array.from({ length: ENTRIES }, (_, i) => i + 1);
const batchOf = (sequence: number) =>
  whole.heads.findLastIndex((head) => head.sequence < sequence && head.sequence < ENTRIES);

const copy = (): LogInMemory => ({
  rows: [...whole.rows],
  objects: whole.objects.map((object) => ({ ...object })),
  heads: whole.heads,
});
const row = (log: LogInMemory, sequence: number) => log.rows[sequence - 1] as AuditRow;

/** Changes the lines of the object that holds an entry; `at` is its place among them. */
function changeLines(
  log: LogInMemory,
  sequence: number,
  change: (lines: string[], at: number) => void,
): void {
  const batch = batchOf(sequence);
  const object = log.objects[batch] as LogInMemory['objects'][number];
  const lines = (object.text ?? '').split('\n').slice(0, -1);
  change(lines, sequence - (whole.heads[batch]?.sequence ?? 0) - 1);
  log.objects[batch] = { ...object, text: lines.map((line) => `${line}\n`).join('') };
}

const flipped = (line: string, seed: number) => {
  const bytes = Buffer.from(line);
  const at = seed % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (seed % 7));
  return bytes.toString('latin1') === Buffer.from(line).toString('latin1')
    ? `${line} `
    : bytes.toString();
};

test('R40: a log of a thousand entries verifies, and so does every prefix', () => {
  expect(verify(whole)).toMatchObject({ sequence: ENTRIES });
  for (const [batch, head] of whole.heads.entries()) {
    const prefix = {
      rows: whole.rows.slice(0, head.sequence),
      objects: whole.objects.slice(0, batch),
      heads: whole.heads,
    };
    expect(verify(prefix, Math.max(0, batch - 1))).toMatchObject({ sequence: head.sequence });
  }
});

describe('R40: in the table, at each of a thousand positions, is found and named', () => {
  const tampered: [string, AuditProblem['what'], (log: LogInMemory, n: number) => void][] = [
    ['a flipped byte', 'changed', (log, n) => set(log, n, flipped(row(log, n).line, n * 31))],
    [
      'an entry that was written anew, with another fact',
      'changed',
      (log, n) => set(log, n, row(forged, n).line),
    ],
    ['a removed entry', 'missing', (log, n) => log.rows.splice(n - 1, 1)],
    [
      'another entry in its place',
      'out of place',
      (log, n) => set(log, n, row(log, (n % 1000) + 1).line),
    ],
    [
      'an inserted entry',
      'not expected',
      (log, n) => {
        const sortKey = `${sortKeyOf(n - 1)}x`;
        log.rows.splice(n - 1, 0, { ...row(log, n), sortKey });
      },
    ],
  ];
  const set = (log: LogInMemory, sequence: number, line: string) => {
    log.rows[sequence - 1] = { ...row(log, sequence), line };
  };

  test.each(tampered)('%s', (_, what, tamper) => {
    for (const sequence of sequences) {
      const log = copy();
      tamper(log, sequence);
      expect(verify(log, batchOf(sequence))).toMatchObject({ where: 'table', sequence, what });
    }
  });
});

describe('R40: in an object, at each of a thousand positions, is found and named', () => {
  const where = 'object';

  test('a flipped byte', () => {
    for (const sequence of sequences) {
      const log = copy();
      changeLines(log, sequence, (lines, at) => {
        lines[at] = flipped(lines[at] ?? '', sequence * 31);
      });
      expect(verify(log, batchOf(sequence))).toMatchObject({ where, sequence, what: 'changed' });
    }
  });

  test('a removed entry', () => {
    for (const sequence of sequences) {
      const log = copy();
      changeLines(log, sequence, (lines, at) => lines.splice(at, 1));
      expect(verify(log, batchOf(sequence))).toMatchObject({ where, sequence, what: 'missing' });
    }
  });

  test('two swapped entries, the second of them in the next batch or in the same', () => {
    for (const sequence of sequences.slice(0, -1)) {
      const log = copy();
      const [first, second] = [row(log, sequence).line, row(log, sequence + 1).line];
      for (const [place, line] of [
        [sequence, second],
        [sequence + 1, first],
      ] as const) {
        changeLines(log, place, (lines, at) => {
          lines[at] = line;
        });
      }
      const what = batchOf(sequence) === batchOf(sequence + 1) ? 'out of place' : 'missing';
      expect(verify(log, batchOf(sequence))).toMatchObject({ where, sequence, what });
    }
  });

  test('an entry that was inserted a second time', () => {
    for (const sequence of sequences) {
      const log = copy();
      changeLines(log, sequence, (lines, at) => lines.splice(at, 0, lines[at] ?? ''));
      const problem = { where, sequence: sequence + 1, what: 'out of place' };
      expect(verify(log, batchOf(sequence))).toMatchObject(problem);
    }
  });

  test('a whole object that is deleted, doubled under another name, or has other content', () => {
    for (const [batch, object] of whole.objects.entries()) {
      const sequence = (whole.heads[batch]?.sequence ?? 0) + 1;
      const gone = copy();
      gone.objects.splice(batch, 1);
      expect(verify(gone, batch)).toMatchObject({ where, sequence, what: 'missing' });
      const doubled = copy();
      doubled.objects.splice(batch, 0, { key: `${object.key}.bak`, text: object.text });
      expect(verify(doubled, batch)).toMatchObject({ where, sequence, what: 'not expected' });
      const other = copy();
      other.objects[batch] = { key: object.key, text: '' };
      expect(verify(other, batch)).toMatchObject({ where, sequence, what: 'missing' });
      other.objects[batch] = { key: object.key, text: undefined };
      expect(verify(other, batch)).toMatchObject({ where, sequence, what: 'changed' });
    }
  });
});

test('R40: a forged entry with a correct hash is found out of place in a batch that ends before it', () => {
  const log = logOf(3, [3]);
  const forged = logOf(0);
  addBatch(forged, { sequence: 3, hash: log.heads[1]?.hash ?? '' }, [recorded(4)]);
  log.objects[0] = {
    key: log.objects[0]?.key ?? '',
    text: `${log.objects[0]?.text}${forged.objects[0]?.text}`,
  };
  expect(verify(log)).toMatchObject({ where: 'object', sequence: 4, what: 'out of place' });
});

test('R40: text after the last line, or a last line without its end, is a change', () => {
  const log = logOf(2, [2]);
  const text = log.objects[0]?.text ?? '';
  for (const changed of [`${text}x`, text.slice(0, -1)]) {
    log.objects[0] = { key: log.objects[0]?.key ?? '', text: changed };
    expect(verify(log)).toMatchObject({ where: 'object', what: 'changed' });
  }
});

test('R40: an object without any version is reported as lost, at any position', () => {
  const log = logOf(4, [2]);
  for (const [batch, { key }] of log.objects.entries()) {
    const objects = log.objects.with(batch, { key, gone: true });
    const sequence = 2 * batch + 1;
    const lost = { where: 'object', sequence, what: 'missing', place: key };
    expect(verify({ ...log, objects })).toEqual(lost);
    // Even if the table lost it too.
    expect(verify({ ...log, objects, rows: log.rows.slice(0, 2 * batch) })).toEqual(lost);
  }
});

test('R40: a noted head shows each entry that is missing from the end, or was written again', () => {
  const entries = Array.from({ length: 50 }, (_, n) => ({ sequence: n + 1, hash: `hash ${n}` }));
  for (const [n, noted] of entries.entries()) {
    expect(verifyEarlier(entries, noted)).toBeUndefined();
    const lost = { sequence: n + 1, where: 'head', place: noted.hash };
    expect(verifyEarlier(entries.slice(0, n), noted)).toEqual({ ...lost, what: 'missing' });
    const anew = entries.with(n, { ...noted, hash: 'another' });
    expect(verifyEarlier(anew, noted)).toEqual({ ...lost, what: 'changed' });
  }
});

test('R40: a row beyond the last object is found: its object is lost, or the row is forged', () => {
  const log = logOf(4, [2]);
  expect(verify({ ...log, objects: log.objects.slice(0, 1) })).toMatchObject({
    where: 'object',
    sequence: 3,
    what: 'missing',
  });
  const forged = { sortKey: '000000000009', line: log.rows[0]?.line ?? '' };
  expect(verify({ ...log, rows: [...log.rows, forged] })).toMatchObject({
    where: 'table',
    sequence: 5,
    what: 'not expected',
    place: '000000000009',
  });
});

test('R40: any change of any line anywhere is found (property)', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: ENTRIES }),
      fc.nat(),
      fc.constantFrom('table', 'object'),
      (sequence, seed, where) => {
        const log = copy();
        const change = (line: string) => flipped(line, seed);
        if (where === 'table') {
          log.rows[sequence - 1] = { ...row(log, sequence), line: change(row(log, sequence).line) };
        } else {
          changeLines(log, sequence, (lines, at) => {
            lines[at] = change(lines[at] ?? '');
          });
        }
        const problem = verify(log, batchOf(sequence));
        expect(problem).toMatchObject({ where, sequence, what: 'changed' });
      },
    ),
    { numRuns: 500 },
  );
});
