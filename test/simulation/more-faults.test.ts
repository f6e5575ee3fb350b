import { expect, test } from 'vitest';
import { HEALTHY } from '../../simulation/faults.ts';
import { withMoreFaults } from '../../simulation/more-faults.ts';
import { Random } from '../../simulation/random.ts';
import { checksReferences } from '../../simulation/settings.ts';

test('some runs receive fewer, invoke twice, roll a deployment back, or have servers that check references, and nothing else changes', () => {
  const drawn = Array.from({ length: 400 }, (_, seed) => withMoreFaults(HEALTHY, new Random(seed)));
  const counts = [
    drawn.filter(({ queues }) => queues.fewer > 0),
    drawn.filter(({ functions }) => functions.asyncTwice > 0),
    drawn.filter(({ settings }) => settings.rolledBackMs > 0),
    drawn.filter(({ settings }) => checksReferences(settings)),
  ].map(({ length }) => length);
  for (const count of counts) {
    expect(count).toBeGreaterThan(60);
    expect(count).toBeLessThan(160);
  }
  for (const { queues, functions, settings, ...others } of drawn) {
    const { queues: q, functions: f, settings: s, ...rest } = HEALTHY;
    expect(others).toEqual(rest);
    expect({ ...queues, fewer: 0 }).toEqual(q);
    expect({ ...functions, asyncTwice: 0 }).toEqual(f);
    const none = { rolledBackMs: 0, sharedLacksStatus: 0, clinicLacksStatus: 0 };
    expect({ ...settings, ...none }).toEqual(s);
  }
});
