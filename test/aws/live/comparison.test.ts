import { describe, expect, it } from 'vitest';
import { contains } from '../../../aws/live/comparison.ts';

describe('contains', () => {
  it.each([
    ['a default that the service adds', { a: 1, added: 2 }, { a: 1 }],
    ['a number as text', '60', 60],
    ['a boolean as text', 'true', true],
    ['a list in another order', [{ n: 'b' }, { n: 'a', x: 1 }], [{ n: 'a' }, { n: 'b' }]],
    ['one item for a list of one', 's3:*', ['s3:*']],
    ['a key by id for its ARN', '1-2-3', 'arn:aws:kms:us-east-1:000000000000:key/1-2-3'],
    ['a key by ARN for its id', 'arn:aws:kms:us-east-1:000000000000:key/1-2-3', '1-2-3'],
  ])('accepts %s', (_, live, wanted) => {
    expect(contains(live, wanted)).toBe(true);
  });

  it.each([
    ['what is absent', undefined, false],
    ['an absent property', { b: 1 }, { a: 1 }],
    ['another value', { a: { b: 1 } }, { a: { b: 2 } }],
    ['one item too many', [1, 2], [1]],
    ['one item too few', [1], [1, 1]],
    ['one live item for two wanted', [{ a: 1, b: 1 }, {}], [{ a: 1 }, { b: 1 }]],
    ['an object for a text', {}, '[object Object]'],
    ['another key', '1-2-4', 'arn:aws:kms:us-east-1:000000000000:key/1-2-3'],
    ['nothing for a list', undefined, ['a']],
  ])('refuses %s', (_, live, wanted) => {
    expect(contains(live, wanted)).toBe(false);
  });
});
