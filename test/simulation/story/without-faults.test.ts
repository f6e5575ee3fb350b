import { expect, test } from 'vitest';
import { HEALTHY } from '../../../simulation/faults.ts';
import { faultsIn, withoutFaults } from '../../../simulation/story/without-faults.ts';

const outage = { of: 's3', fromMs: 0, untilMs: 1, share: 1 };
const drawn = {
  ...HEALTHY,
  calls: { ...HEALTHY.calls, late: 0.1, failed: 0.2 },
  outages: [outage, { ...outage, of: 'kms' }],
};

test('names the faults that are on, and removes some of them', () => {
  expect(faultsIn(HEALTHY)).toEqual([]);
  const names = ['outage.0', 'outage.1', 'calls.late', 'calls.failed'];
  expect(faultsIn(drawn)).toEqual(names);
  expect(faultsIn(withoutFaults(drawn, ['outage.1', 'calls.late']))).toEqual([
    'outage.0',
    'calls.failed',
  ]);
  expect(withoutFaults(drawn, names)).toEqual(HEALTHY);
});
