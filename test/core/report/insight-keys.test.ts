import { expect, test } from 'vitest';
import { DUE, FACTS, factsOf, REPORTS } from '../../../core/report/insight-keys.ts';

test('the facts of a day have one prefix, apart from marks and reports', () => {
  expect(factsOf('2026-01-31')).toBe('facts/day=2026-01-31/');
  expect(new Set([FACTS, DUE, REPORTS]).size).toBe(3);
});
