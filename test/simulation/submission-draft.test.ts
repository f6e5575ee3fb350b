import { expect, test } from 'vitest';
import { packed } from '../../aws/packed-text.ts';
import { Random } from '../../simulation/random.ts';
import type { Oddity } from '../../simulation/submission.ts';
import { correctedText, draftOf, type Habits } from '../../simulation/submission-draft.ts';
import { submission } from './checks/history.ts';

const HABITS: Habits = {
  natures: {},
  oddities: {},
  badFiles: 0,
  long: 0,
  refers: 0,
  ids: 3,
  bucket: 'b',
};

function lengths(long: number, oddity?: Oddity): ReadonlySet<number> {
  const random = new Random(1);
  const habits = { ...HABITS, long, oddities: oddity === undefined ? {} : { [oddity]: 1 } };
  const about = { number: 1, source: 'hospital-a', lane: 'critical' } as const;
  const drafts = Array.from({ length: 40 }, () => draftOf(about, habits, random));
  return new Set(drafts.map(({ text }) => Math.floor(text.length / 1_000)));
}

test('resources are short, and long ones are packed where they are stored', () => {
  expect(lengths(0)).toEqual(new Set([0]));
  expect(lengths(1)).toEqual(new Set([0, 4]));
  const text = draftOf(
    { number: 1, source: 'clinic', lane: 'critical' },
    { ...HABITS, long: 1 },
    new Random(1),
  ).text;
  expect(packed(text)).toBeInstanceOf(Uint8Array);
});

test('what fits into no item comes as a claim check', () => {
  expect(lengths(1, 'claim-check')).toEqual(new Set([0, 4, 400]));
});

test('what is wrong with a resource can be corrected, and it stays the same resource', () => {
  const wrong = submission({ nature: 'throw', number: 7 });
  expect(JSON.parse(correctedText(wrong) ?? '')).toMatchObject({
    ...{ resourceType: 'Patient', id: 'p1', identifier: [{ value: '7' }] },
    meta: { tag: [{ code: 'valid' }] },
  });
  expect(correctedText(submission({ oddity: 'unreadable' }))).toBeDefined();
  expect(correctedText(submission({ nature: 'valid' }))).toBeUndefined();
  expect(correctedText(submission({ nature: 'invalid', oddity: 'spoofed' }))).toBeUndefined();
});
