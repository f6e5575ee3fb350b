import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeFor, type Resident } from '../../../../packages/local-lambda/lambda/placement.ts';

const POLICY = { max: 4, eager: 2 };

function idle(functionName: string, lastUsedAt = 1): Resident {
  return { functionName, busy: false, lastUsedAt };
}

function busy(functionName: string): Resident {
  return { functionName, busy: true, lastUsedAt: 1 };
}

describe('the place of an invocation', () => {
  test('is the warm environment that was used last', () => {
    const residents = [idle('a', 1), idle('a', 3), idle('a', 2), idle('b', 9)];
    expect(placeFor('a', false, residents, POLICY)).toEqual({
      type: 'warm',
      environment: residents[1],
    });
  });

  test('is a new environment while there are fewer than the eager ones', () => {
    expect(placeFor('a', false, [busy('a')], POLICY)).toEqual({ type: 'new' });
    expect(placeFor('a', false, [busy('a'), busy('a')], POLICY)).toBeUndefined();
  });

  test('is a new environment beyond those only after a long wait', () => {
    expect(placeFor('a', true, [busy('a'), busy('a')], POLICY)).toEqual({ type: 'new' });
  });

  test('is taken from the function that has the most: its environment that was idle longest', () => {
    const residents = [idle('b', 5), idle('c', 4), idle('c', 3), idle('d', 1)];
    expect(placeFor('a', false, residents, POLICY)).toEqual({
      type: 'instead',
      environment: residents[2],
    });
  });

  test('is taken from another function only after a long wait if it has one itself', () => {
    const residents = [busy('a'), idle('b', 2), idle('b', 1), idle('b', 3)];
    expect(placeFor('a', false, residents, POLICY)).toBeUndefined();
    expect(placeFor('a', true, residents, POLICY)).toEqual({
      type: 'instead',
      environment: residents[2],
    });
  });

  test('is not taken from a function that has no more than the one that asks', () => {
    const residents = [busy('a'), idle('b'), idle('c'), idle('d')];
    expect(placeFor('a', true, residents, POLICY)).toBeUndefined();
  });

  test('does not exist while all are busy', () => {
    expect(placeFor('a', true, Array(4).fill(busy('b')), POLICY)).toBeUndefined();
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
        expect(placeFor('a', false, residents, POLICY) !== undefined).toBe(possible);
      }),
    );
  });
});
