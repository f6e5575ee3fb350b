import { expect, test } from 'vitest';
import { describeErasure } from '../../../cli/erase/describe.ts';

const request = { id: 'ada', source: 'default' } as Parameters<typeof describeErasure>[0];

/** Counts of an erasure, all of them the same number. */
const described = (n: number) => {
  const tally = { erased: n, before: 0, shared: n, kept: n };
  const swept = { delivered: [], unreadable: n, underWay: n };
  return describeErasure(request, { ...swept, resources: tally, entries: tally, bodies: tally }, n);
};

test('uses singular and plural correctly', () => {
  const one = described(1);
  expect(one).toContain('1 row of Resources (1 names other patients too; 1 kept, because it names');
  expect(one).toContain('1 entry of Quarantine');
  expect(one).toContain('1 message in queues: refused on arrival');
  expect(one).toContain('1 body under way');
  expect(one).not.toMatch(/\b1 \w+s\b(?! other)/);
  const two = described(2);
  expect(two).toContain(
    '2 rows of Resources (2 name other patients too; 2 kept, because they name',
  );
  expect(two).toContain('2 versions of objects in the bucket');
});
