import { describe, expect, test } from 'vitest';
import { countFailure, countRefusal } from '../../../core/delivery/delivery-meaning.ts';
import { isTooEarly, type Referred } from '../../../core/delivery/too-early.ts';

const HOUR_MS = 3_600_000;
const isEarly = (referred: Referred[], count: number, now = 1_000) =>
  isTooEarly(referred, { refused: { count, since: 1_000 } }, now, 3);

describe('R18: a refused resource', () => {
  test('that refers to nothing, or to what is settled, was not too early', () => {
    expect(isEarly([], 1)).toBe(false);
    expect(isEarly(['settled', 'settled'], 1)).toBe(false);
  });

  test('that refers to what is still to be delivered waits, an hour at most', () => {
    expect(isEarly(['settled', 'pending'], 99)).toBe(true);
    expect(isEarly(['pending'], 99, 1_000 + HOUR_MS - 1)).toBe(true);
    expect(isEarly(['pending'], 99, 1_000 + HOUR_MS)).toBe(false);
  });

  test('that refers to what we do not hold gets a few tries', () => {
    expect([1, 2, 3].map((count) => isEarly(['absent', 'settled'], count))).toEqual([
      true,
      true,
      false,
    ]);
    expect(isEarly(['absent', 'pending'], 3)).toBe(true);
  });

  test('without a counted refusal was not too early', () => {
    expect(isTooEarly(['pending'], {}, 0, 3)).toBe(false);
  });
});

test('R18: refusals are counted from the first one, and other failures in between keep the count', () => {
  const failed = countFailure(undefined, { isOwn: false, status: 0, now: 1 });
  const once = countRefusal(failed, { status: 400, now: 5 });
  expect(once).toEqual({
    count: 2,
    own: 0,
    since: 1,
    status: 400,
    refused: { count: 1, since: 5 },
  });
  const between = countFailure(once, { isOwn: true, status: 500, now: 7 });
  expect(between.refused).toEqual({ count: 1, since: 5 });
  expect(countRefusal(between, { status: 422, now: 9 })).toEqual({
    ...{ count: 4, own: 1, since: 1, status: 422 },
    refused: { count: 2, since: 5 },
  });
});
