import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitList } from '../../../core/message/split-list.ts';

test('no items make no list', () => {
  expect(splitList([], 10)).toEqual([]);
});

test('the lists hold all items in their order, and each but the last is full', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 12 }), (items, most) => {
      const found = splitList(items, most);
      expect(found.flat()).toEqual(items);
      for (const some of found.slice(0, -1)) expect(some).toHaveLength(most);
      for (const some of found.slice(-1)) expect(some.length).toBeGreaterThan(0);
      expect(Math.max(0, ...found.map(({ length }) => length))).toBeLessThanOrEqual(most);
    }),
  );
});
