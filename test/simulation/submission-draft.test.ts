import { expect, test } from 'vitest';
import { packed } from '../../aws/packed-text.ts';
import { Random } from '../../simulation/random.ts';
import { attributeBytes, isLegible, REQUEST_BYTES_MAX } from '../../simulation/sqs/limits.ts';
import type { Oddity } from '../../simulation/submission.ts';
import { correctedText, draftOf, type Habits } from '../../simulation/submission-draft.ts';
import { submission } from './checks/history.ts';

const HABITS: Habits = {
  natures: {},
  oddities: {},
  badFiles: 0,
  long: 0,
  longest: 0,
  illegible: 0,
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
  expect(lengths(1)).toEqual(new Set([0, 4, 10]));
  const text = draftOf(
    { number: 1, source: 'clinic', lane: 'critical' },
    { ...HABITS, long: 1 },
    new Random(1),
  ).text;
  expect(packed(text)).toBeInstanceOf(Uint8Array);
});

test('what fits into no item comes as a claim check', () => {
  expect(lengths(1, 'claim-check')).toEqual(new Set([0, 4, 10, 400]));
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

test('the longest messages take what SQS takes, and little less, with their attributes', () => {
  const random = new Random(1);
  const about = { number: 1, source: 'hospital-a', lane: 'critical' } as const;
  const sizes = Array.from({ length: 40 }, () => {
    const { body, attributes } = draftOf(about, { ...HABITS, longest: 1 }, random);
    return REQUEST_BYTES_MAX - Buffer.byteLength(body) - attributeBytes(attributes);
  });
  expect(Math.min(...sizes)).toBe(0);
  expect(Math.max(...sizes)).toBe(3_000);
  const text = draftOf(about, { ...HABITS, longest: 1 }, random).text;
  expect(correctedText(submission({ nature: 'throw', text }))?.length).toBeGreaterThan(1_000_000);
});

test('some claim checks name what SQS does not take, and can be sent', () => {
  const habits = { ...HABITS, oddities: { 'claim-check': 1 }, illegible: 1 };
  const about = { number: 1, source: 'hospital-a', lane: 'critical' } as const;
  const { body, key, text } = draftOf(about, habits, new Random(1));
  expect(isLegible({ MessageBody: body })).toBe(true);
  expect([key, text].map((MessageBody = '') => isLegible({ MessageBody }))).toEqual([false, false]);
  expect(JSON.parse(body)).toMatchObject({ s3: { key } });
});
