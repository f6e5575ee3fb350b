import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeFor, type Resident } from '../../../../packages/local-lambda/lambda/placement.ts';

const POLICY = { max: 4, eager: 2, patienceMs: 3_000, heldMs: 1_000 };
const NOW = 100_000;
const askedBy = (functionName: string, waitedMs = 0) => ({ functionName, waitedMs, now: NOW });

function idle(functionName: string, lastUsedAt = 1): Resident {
  return { functionName, busy: false, lastUsedAt };
}

function busy(functionName: string, forMs = 0): Resident {
  return { functionName, busy: true, lastUsedAt: NOW - forMs };
}

describe('the place of an invocation', () => {
  test('is the warm environment that was used last', () => {
    const residents = [idle('a', 1), idle('a', 3), idle('a', 2), idle('b', 9)];
    expect(placeFor(askedBy('a'), residents, POLICY)).toEqual({
      type: 'warm',
      environment: residents[1],
    });
  });

  test('is a new environment while there are fewer than the eager ones', () => {
    expect(placeFor(askedBy('a'), [busy('a')], POLICY)).toEqual({ type: 'new' });
    expect(placeFor(askedBy('a'), [busy('a'), busy('a')], POLICY)).toBeUndefined();
  });

  test('is another one only after a long wait while the first is starting', () => {
    const starting = { functionName: 'a', busy: true, lastUsedAt: 0 };
    expect(placeFor(askedBy('a', 2_999), [starting], POLICY)).toBeUndefined();
    expect(placeFor(askedBy('a', 3_000), [starting], POLICY)).toEqual({ type: 'new' });
    expect(placeFor(askedBy('b'), [starting], POLICY)).toEqual({ type: 'new' });
  });

  test('is a new environment beyond those only after a long wait', () => {
    const residents = [busy('a', 999), busy('a')];
    expect(placeFor(askedBy('a', 2_999), residents, POLICY)).toBeUndefined();
    expect(placeFor(askedBy('a', 3_000), residents, POLICY)).toEqual({ type: 'new' });
  });

  test('is a new environment after a shorter wait while one of its own is held', () => {
    const residents = [busy('a', 1_000), busy('a')];
    expect(placeFor(askedBy('a', 999), residents, POLICY)).toBeUndefined();
    expect(placeFor(askedBy('a', 1_000), residents, POLICY)).toEqual({ type: 'new' });
    const others = [busy('a'), busy('a'), busy('b', 5_000)];
    expect(placeFor(askedBy('a', 1_000), others, POLICY)).toBeUndefined();
    const starting = { functionName: 'a', busy: true, lastUsedAt: 0 };
    expect(placeFor(askedBy('a', 1_000), [starting, starting], POLICY)).toBeUndefined();
  });

  test('is taken from the function that has the most: its environment that was idle longest', () => {
    const residents = [idle('b', 5), idle('c', 4), idle('c', 3), idle('d', 1)];
    expect(placeFor(askedBy('a'), residents, POLICY)).toEqual({
      type: 'instead',
      environment: residents[2],
    });
  });

  test('is taken from another function only after a long wait if it has one itself', () => {
    const residents = [busy('a'), idle('b', 2), idle('b', 1), idle('b', 3)];
    expect(placeFor(askedBy('a'), residents, POLICY)).toBeUndefined();
    expect(placeFor(askedBy('a', 3_000), residents, POLICY)).toEqual({
      type: 'instead',
      environment: residents[2],
    });
  });

  test('is not taken from a function that has no more than the one that asks', () => {
    const residents = [busy('a'), idle('b'), idle('c'), idle('d')];
    expect(placeFor(askedBy('a', 3_000), residents, POLICY)).toBeUndefined();
  });

  test('does not exist while all are busy', () => {
    expect(placeFor(askedBy('a', 3_000), Array(4).fill(busy('b')), POLICY)).toBeUndefined();
  });

  test('for a function without any environment exists as soon as one is idle or free', () => {
    const resident = fc.record({
      functionName: fc.constantFrom('b', 'c', 'd'),
      busy: fc.boolean(),
      lastUsedAt: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(resident, { maxLength: POLICY.max }), (residents) => {
        const possible = residents.length < POLICY.max || residents.some((one) => !one.busy);
        expect(placeFor(askedBy('a'), residents, POLICY) !== undefined).toBe(possible);
      }),
    );
  });
});
