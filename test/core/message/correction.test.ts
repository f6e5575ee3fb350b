import { describe, expect, it } from 'vitest';
import { type Correction, correctionsAfter } from '../../../core/message/correction.ts';

const of = (key: string, more: Partial<Correction> = {}): Correction => ({
  at: 1,
  by: 'ana',
  why: 'typo',
  bodyS3: { bucket: 'bodies', key },
  ...more,
});

describe('R07: the corrections of an entry', () => {
  it('are all kept, each with who and why', () => {
    const first = of('a');
    expect(correctionsAfter([], first)).toEqual([first]);
    expect(correctionsAfter([first], of('b', { by: 'bo' }))).toEqual([
      first,
      of('b', { by: 'bo' }),
    ]);
    expect(correctionsAfter([first], of('a', { why: 'again' }))).toHaveLength(2);
  });

  it('are one if made again after a death', () => {
    expect(correctionsAfter([of('a')], of('a', { at: 2 }))).toEqual([of('a')]);
  });

  it('are limited in number', () => {
    const many = Array.from({ length: 25 }, (_, n) => of(String(n)));
    const kept = many.reduce<readonly Correction[]>(
      (past, each) => correctionsAfter(past, each),
      [],
    );
    expect(kept).toEqual(many.slice(-20));
  });
});
