import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inWindow, slidingCounts } from '../../../../console/page/model/crash-window.ts';

const WINDOW = 300_000;
const T = 1_000_000_000_000;
const crashes = (...ages: number[]) =>
  ages.map((age) => ({ at: T - age, kind: 'exit', spent: false }) as const);
const windowOf = (...ages: number[]) => ({
  scope: 'validate',
  crashes: crashes(...ages),
  more: false,
});

describe('the crash window', () => {
  test('R20: excludes a crash that is exactly as old as the window, and includes one of this moment', () => {
    expect(inWindow(windowOf(WINDOW, WINDOW - 1, 0, -1), WINDOW, T)).toBe(2);
  });

  test('R20: spent crashes open no other incident', () => {
    const [one, two] = crashes(1, 2);
    const spent = { ...two, spent: true } as const;
    const both = one && two ? [one, { ...two, ...spent }] : [];
    expect(inWindow({ scope: 'validate', crashes: both, more: false }, WINDOW, T)).toBe(1);
  });

  test('slides: each step counts (t − window, t]', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 * WINDOW }), { maxLength: 40 }), (ages) => {
        const [times, counts] = slidingCounts(windowOf(...ages), WINDOW, T - WINDOW, T, 20);
        expect(times).toHaveLength(21);
        for (const [index, seconds] of times.entries()) {
          const at = seconds * 1_000;
          const naive = ages.filter((age) => T - age > at - WINDOW && T - age <= at).length;
          expect(counts[index]).toBe(naive);
        }
      }),
    );
  });
});
