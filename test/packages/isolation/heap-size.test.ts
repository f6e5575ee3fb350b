import fc from 'fast-check';
import { expect, test } from 'vitest';
import { charactersFor, heapMbFor } from '../../../packages/isolation/heap-size.ts';

const MIB = 1024 * 1024;

test('R62: a text needs 24 MB, and 16 MB more for each 2^20 characters (docs/resource-size.md)', () => {
  expect(heapMbFor(0)).toBe(24);
  expect(heapMbFor(10 * MIB)).toBe(184);
  expect(charactersFor(64)).toBe(2.5 * MIB);
  expect(charactersFor(16)).toBe(0);
});

test('R62: a heap holds the largest text that it is said to hold, and no larger one (property)', () => {
  fc.assert(
    fc.property(fc.integer({ min: 24, max: 4_096 }), (heapMb) => {
      const largest = charactersFor(heapMb);
      expect(heapMbFor(largest)).toBeLessThanOrEqual(heapMb);
      expect(heapMbFor(largest + 1)).toBeGreaterThan(heapMb);
    }),
  );
});
