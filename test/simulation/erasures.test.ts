import { expect, test } from 'vitest';
import { covers, mayCoverObject } from '../../simulation/erasures.ts';

const ERASURE = { source: 'clinic', id: 'p1', shared: 'keep', number: 1, at: 1_000 } as const;
const SENT_LATER = {
  ...{ source: 'clinic', resourceType: 'Patient', id: 'p1', patients: ['p1'], sentAt: 2_000 },
  oddity: 'claim-check',
} as const;

test('R09: a message that was sent after an erasure may be about an object that was erased', () => {
  expect(covers(ERASURE, SENT_LATER)).toBe(false);
  expect(mayCoverObject(ERASURE, SENT_LATER)).toBe(true);
});

test('R09: what no erasure covers must end as it was sent', () => {
  const others = [
    { ...SENT_LATER, oddity: undefined },
    { ...SENT_LATER, source: 'lab' },
    { ...SENT_LATER, patients: ['p2'] },
  ];
  expect(others.map((each) => mayCoverObject(ERASURE, each))).toEqual([false, false, false]);
});
