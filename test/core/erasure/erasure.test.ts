import { describe, expect, it } from 'vitest';
import {
  claimOn,
  type Erasure,
  type ErasureBook,
  erasureBook,
  objectText,
  patientKey,
  type Submitted,
} from '../../../core/erasure/erasure.ts';
import type { Named } from '../../../core/erasure/patient-references.ts';

const hash = (text: string) => `hash of ${text}`;
const of = (number: number, id: string, at: number, more: Partial<Erasure> = {}): Erasure => ({
  number,
  patient: hash(patientKey('clinic', id)),
  source: 'clinic',
  at,
  shared: 'erase',
  ...more,
});
const named = (...ids: string[]) => ({ patients: new Set(ids) });
const sent = (sentAt: number, source = 'clinic') => ({ source, sentAt });

const on = (numbers: Named, submitted: Submitted, book: ErasureBook) =>
  claimOn(numbers, submitted, book, hash)?.erasure.number;

describe('an erasure', () => {
  const book = erasureBook([of(1, 'p1', 100), of(2, 'p2', 200), of(3, 'p1', 50)]);

  it('covers what was sent up to its moment, and nothing later', () => {
    expect(on(named('p1'), sent(100), book)).toBe(1);
    expect(on(named('p1'), sent(101), book)).toBeUndefined();
    expect(on(named('p2'), sent(101), book)).toBe(2);
    expect(on(named('p2'), sent(201), book)).toBeUndefined();
  });

  it('is found among a quarter of a million: they are kept for ever', () => {
    const many = Array.from({ length: 250_000 }, (_, n) => of(n + 1, `p${n}`, n));
    const all = erasureBook(many);
    expect(all.latestAt).toBe(249_999);
    expect(on(named('p7'), sent(7), all)).toBe(8);
  });

  it('R51: covers one source, and hashes no patients of others', () => {
    expect(on(named('p1'), sent(1, 'other'), book)).toBeUndefined();
    const never = () => expect.unreachable('hashed');
    expect(claimOn(named('p1'), sent(1, 'other'), book, never)).toBeUndefined();
    expect(book.sources).toEqual(new Set(['clinic']));
  });

  it('does not affect other patients’ resources', () => {
    expect(on(named('p3'), sent(1), book)).toBeUndefined();
    expect(on(named(), sent(1), book)).toBeUndefined();
  });

  it('is the latest if there are several, in any order', () => {
    expect(on(named('p1', 'p2'), sent(1), book)).toBe(2);
    expect(on(named('p2', 'p1'), sent(1), book)).toBe(2);
  });

  it('needs no scan if none is recorded', () => {
    const none = erasureBook([]);
    expect(none.latestAt).toBe(0);
    expect(on(named('p1'), sent(1), none)).toBeUndefined();
  });
});

describe('a resource of several patients', () => {
  const book = erasureBook([of(1, 'p1', 100, { shared: 'keep' }), of(2, 'p2', 50)]);
  const claim = (each: Named) => claimOn(each, sent(1), book, hash);

  it('is kept if its erasure says so, and reported as shared', () => {
    expect(claim(named('p1', 'p3'))).toMatchObject({ shared: true, kept: true });
    expect(claim(named('p2', 'p3'))).toMatchObject({ shared: true, kept: false });
    expect(claim(named('p1'))).toMatchObject({ shared: false, kept: false });
  });

  it('is erased if one of two erasures says so', () => {
    for (const each of [named('p1', 'p2'), named('p2', 'p1')]) {
      expect(claim(each)).toMatchObject({ erasure: { number: 2 }, kept: false });
    }
  });

  it('a Patient is its own, and another’s that links to it is shared', () => {
    expect(claim({ ...named('p1', 'p3'), self: 'p1' })).toMatchObject({ shared: false });
    expect(claim({ ...named('p1', 'p3'), self: 'p3' })).toMatchObject({ shared: true, kept: true });
  });
});

describe('an object that an erasure deletes', () => {
  it('is named by its bucket and key, and by its version if only that one is meant', () => {
    const object = { bucket: 'bodies', key: 'submissions/clinic/1' };
    const texts = [object, { ...object, versionId: 'v1' }, { ...object, versionId: 'v2' }].map(
      objectText,
    );
    expect(texts[0]).toBe('s3://bodies/submissions/clinic/1');
    expect(texts[1]).toBe('s3://bodies/submissions/clinic/1?versionId=v1');
    expect(new Set(texts).size).toBe(3);
  });
});
