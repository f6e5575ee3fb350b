import { expect, test } from 'vitest';
import { NO_COINCIDENCES } from '../../simulation/coincidences/rates.ts';
import { HEALTHY } from '../../simulation/faults.ts';
import { withMoreFaults } from '../../simulation/more-faults.ts';
import { Random } from '../../simulation/random.ts';
import { checksReferences } from '../../simulation/settings.ts';

test('some runs have each of these faults, and nothing else changes', () => {
  const faults = { ...HEALTHY, coincidences: { ...NO_COINCIDENCES, lateVerdict: 0.5 } };
  const drawn = Array.from({ length: 400 }, (_, seed) => withMoreFaults(faults, new Random(seed)));
  const counts = [
    drawn.filter(({ queues }) => queues.fewer > 0),
    drawn.filter(({ functions }) => functions.asyncTwice > 0),
    drawn.filter(({ settings }) => settings.rolledBackMs > 0),
    drawn.filter(({ settings }) => checksReferences(settings)),
    drawn.filter(({ queues }) => queues.countsStale > 0),
    drawn.filter(({ settings }) => settings.tokensRotatedMs > 0),
    drawn.filter(({ coincidences }) => coincidences.otherClients > 0),
    drawn.filter(({ buckets }) => buckets.conflict > 0),
  ].map(({ length }) => length);
  for (const count of counts) {
    expect(count).toBeGreaterThan(40);
    expect(count).toBeLessThan(160);
  }
  for (const { queues, buckets, functions, settings, coincidences, ...others } of drawn) {
    const { queues: q, buckets: b, functions: f, settings: s, coincidences: c, ...rest } = faults;
    expect({ ...buckets, conflict: 0 }).toEqual(b);
    expect({ ...coincidences, groupTwice: 0, otherClients: 0 }).toEqual(c);
    expect(others).toEqual(rest);
    expect({ ...queues, fewer: 0, countsStale: 0 }).toEqual(q);
    expect({ ...functions, asyncTwice: 0 }).toEqual(f);
    const none = {
      rolledBackMs: 0,
      tokensRotatedMs: 0,
      sharedLacksStatus: 0,
      clinicLacksStatus: 0,
    };
    expect({ ...settings, ...none }).toEqual(s);
  }
});

test('groups of suspects are sent twice only where verdicts differ between deliveries', () => {
  const drawn = (lateVerdict: number) =>
    Array.from({ length: 100 }, (_, seed) => {
      const coincidences = { ...NO_COINCIDENCES, lateVerdict };
      return withMoreFaults({ ...HEALTHY, coincidences }, new Random(seed)).coincidences.groupTwice;
    }).filter((share) => share > 0).length;
  expect(drawn(0)).toBe(0);
  expect(drawn(0.5)).toBeGreaterThan(30);
});
