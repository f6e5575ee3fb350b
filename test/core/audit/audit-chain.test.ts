import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  appendFacts,
  factKeyOf,
  genesis,
  headAt,
  headText,
  readBatch,
  readEntry,
  readHead,
} from '../../../core/audit/audit-chain.ts';
import { firstOf, objectKeyOf, sequenceOf, sortKeyOf } from '../../../core/audit/audit-keys.ts';
import { recorded } from '../../support/audit-logs.ts';

const written = { chain: 'main', recordedAt: 5, configuration: 'c1' };

test('R40: an entry has its place, its batch, its predecessor and its evidence', () => {
  const head = { sequence: 7, hash: 'h7' };
  const facts = [recorded(1, { kind: 'process-crash' }), recorded(2, { kind: 'incident-opened' })];
  const [first, second] = appendFacts(head, facts, written);
  expect(readEntry(first?.line ?? '')).toEqual({
    ...facts[0],
    ...written,
    sequence: 8,
    previous: 'h7',
    batchFirst: 8,
    batchLast: 9,
    tags: ['HIPAA_164_308_LGPD_Art_46'],
    hash: first?.hash,
  });
  expect(readEntry(second?.line ?? '')).toMatchObject({
    sequence: 9,
    previous: first?.hash,
    tags: ['HIPAA_164_308_a_1_ii_D'],
  });
});

test('R40: a batch is read whole, or not at all', () => {
  const entries = appendFacts({ sequence: 7, hash: 'h7' }, [recorded(1), recorded(2)], written);
  const lines = entries.map(({ line }) => line);
  expect(readBatch(lines)).toMatchObject({ entries, head: { sequence: 9 } });
  expect(readBatch(lines.slice(0, 1))).toBeUndefined();
  expect(readBatch(lines.slice(1))).toBeUndefined();
  expect(readBatch(['no entry'])).toBeUndefined();
  expect(readBatch([])).toBeUndefined();
});

test('R40: the hashed bytes are pinned, so that others can check them', () => {
  const fact = { fact: 'f', kind: 'page', at: 1, component: 'incident', details: { b: 1, a: 'x' } };
  const [entry] = appendFacts(genesis('main'), [fact as ReturnType<typeof recorded>], written);
  const previous = createHash('sha256').update('fhir-failsafe/audit/1/genesis\nmain').digest('hex');
  const before = '"at":1,"batchFirst":1,"batchLast":1,"chain":"main","component":"incident",';
  const middle = '"configuration":"c1","details":{"a":"x","b":1},"fact":"f",';
  const after = `"kind":"page","previous":"${previous}","recordedAt":5,"sequence":1,"tags":[]`;
  const hash = createHash('sha256')
    .update(`fhir-failsafe/audit/1/entry\n{${before}${middle}${after}}`)
    .digest('hex');
  expect(entry?.hash).toBe(hash);
  expect(entry?.line).toBe(`{${before}${middle}"hash":"${hash}",${after}}`);
});

test('R40: appended entries read back, each linked to the one before (property)', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 });
  const fact = fc.record({
    at: fc.nat(),
    reason: text,
    // Our own code names the details, and zod accepts no `__proto__` as a name.
    details: fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true })),
    ),
  });
  fc.assert(
    fc.property(fc.array(fact, { minLength: 1, maxLength: 5 }), (facts) => {
      const all = facts.map((fields, i) => recorded(i, fields));
      let head = genesis('main');
      for (const { line, hash } of appendFacts(head, all, written)) {
        const entry = readEntry(line);
        expect(entry).toMatchObject({ hash, previous: head.hash, sequence: head.sequence + 1 });
        head = entry === undefined ? head : headAt(entry);
      }
      expect(head).toMatchObject({ sequence: facts.length, configuration: 'c1' });
    }),
  );
});

test('R40: a line that is not exactly an entry is not read as one', () => {
  const [{ line = '' } = {}] = appendFacts(genesis('main'), [recorded(1)], written);
  for (const changed of ['', '{}', `${line} `, line.replace('{', '{ '), line.slice(1)]) {
    expect(readEntry(changed)).toBeUndefined();
  }
  expect(readEntry(line.replace('"tags"', '"x":1,"tags"'))).toBeUndefined();
  expect(readEntry(line.replace('cli', 'CLI'))).toBeUndefined();
});

test('chains with different names start with different hashes', () => {
  expect(genesis('main').hash).not.toBe(genesis('other').hash);
});

test('names of objects sort by sequence, and only names of ours are accepted', () => {
  expect(sortKeyOf(9) < sortKeyOf(10)).toBe(true);
  expect(sequenceOf(sortKeyOf(41))).toBe(41);
  expect(sequenceOf('41')).toBeUndefined();
  expect(sequenceOf(sortKeyOf(0))).toBeUndefined();
  expect(firstOf('main', objectKeyOf('main', 41))).toBe(41);
  for (const key of ['main/41.ndjson', 'other/000000000041.ndjson', 'main/000000000041.ndjson.b']) {
    expect(firstOf('main', key)).toBeUndefined();
  }
});

test('a head is read only in the form in which it is printed', () => {
  const head = { sequence: 12, hash: 'a'.repeat(64) };
  expect(readHead(headText(head))).toEqual(head);
  for (const text of ['', '12', `0:${head.hash}`, `12:${head.hash}a`, `12:${'A'.repeat(64)}`]) {
    expect(readHead(text), text).toBeUndefined();
  }
});

test('R40: a fact is identified by its id within its kind; one without a publisher, by its id', () => {
  const told = { kind: 'redrive', fact: 'f00d', teller: 'AIDAANA' } as const;
  expect(factKeyOf(told)).toBe('redrive#f00d');
  expect(factKeyOf({ ...told, kind: 'discard' })).toBe('discard#f00d');
  expect(factKeyOf({ kind: 'configuration', fact: 'f00d', toldAs: 'audit' })).toBe(
    'configuration#f00d',
  );
  expect(factKeyOf({ kind: 'redrive', fact: 'f00d' })).toBe('f00d');
});
