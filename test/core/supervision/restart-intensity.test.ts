import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addRestart,
  type IntensityPolicy,
  LATE_MS,
  type Restart,
} from '../../../core/supervision/restart-intensity.ts';

const policy: IntensityPolicy = { intensity: 3, periodMs: 5_000 };

function outcomes(times: readonly number[], by = policy): ('kept' | 'escalated')[] {
  let restarts: readonly Restart[] = [];
  return times.map((at, n) => {
    const added = addRestart(restarts, { id: `r-${n}`, at }, by);
    restarts = added.kind === 'escalated' ? [] : added.restarts;
    return added.kind;
  });
}

describe('3 in 5 s', () => {
  test('R30: escalates on the fourth', () => {
    expect(outcomes([0, 1, 2, 3])).toEqual(['kept', 'kept', 'kept', 'escalated']);
  });

  test('R30: a restart exactly as old as the period counts, one a millisecond older does not', () => {
    expect(outcomes([0, 1, 2, 5_000]).at(-1)).toBe('escalated');
    expect(outcomes([0, 1, 2, 5_001]).at(-1)).toBe('kept');
  });

  test('R30: an intensity of 0 allows no restart', () => {
    expect(outcomes([7], { intensity: 0, periodMs: 1 })).toEqual(['escalated']);
  });
});

/**
 * OTP's own algorithm, word for word (stdlib, supervisor.erl): `add_restart(Restarts0, Now, Period)` takes
 * the restarts from the newest while `R >= Now - Period` and puts `Now` before them; the supervisor
 * continues while their number is at most the intensity, and otherwise terminates.
 */
function otp(restarts0: readonly number[], now: number, { intensity, periodMs }: IntensityPolicy) {
  const threshold = now - periodMs;
  const restarts1: number[] = [];
  for (const restart of restarts0) {
    if (!(restart >= threshold)) break;
    restarts1.push(restart);
  }
  const restarts = [now, ...restarts1];
  return { kind: restarts.length <= intensity ? 'ok' : 'terminate', restarts } as const;
}

const policies = fc.record({
  intensity: fc.integer({ min: 0, max: 6 }),
  periodMs: fc.integer({ min: 1, max: 40 }),
});
/** Gaps around the period, so that ages of exactly the period are frequent. */
const gaps = fc.array(fc.integer({ min: 0, max: 45 }), { maxLength: 60 });

test('R30: for restarts in order, every decision is as in OTP', () => {
  fc.assert(
    fc.property(policies, gaps, (by, steps) => {
      let theirs: readonly number[] = [];
      let ours: readonly Restart[] = [];
      let now = 0;
      for (const [n, step] of steps.entries()) {
        now += step;
        const expected = otp(theirs, now, by);
        const added = addRestart(ours, { id: `r-${n}`, at: now }, by);
        expect(added.kind).toBe(expected.kind === 'ok' ? 'kept' : 'escalated');
        const young = added.restarts.filter(({ at }) => at >= now - by.periodMs);
        expect(young.map(({ at }) => at).toReversed()).toEqual(expected.restarts);
        // OTP's supervisor is gone by then, and its successor begins with none.
        theirs = expected.kind === 'ok' ? expected.restarts : [];
        ours = added.kind === 'kept' ? added.restarts : [];
      }
    }),
    { numRuns: 5_000 },
  );
});

test('R30: in whatever order and however often they are reported, the same restarts escalate', () => {
  const reported = gaps
    .map((steps) => {
      let at = 0;
      return steps.map((step, n) => {
        at += step;
        return { id: `r-${n}`, at };
      });
    })
    .chain((restarts) =>
      fc.tuple(
        fc.constant(restarts),
        fc.shuffledSubarray([...restarts, ...restarts], { minLength: restarts.length * 2 }),
      ),
    );
  const escalates = (restarts: readonly Restart[], by: IntensityPolicy) => {
    let kept: readonly Restart[] = [];
    return restarts.some((restart) => {
      const added = addRestart(kept, restart, by);
      kept = added.restarts;
      return added.kind === 'escalated';
    });
  };
  fc.assert(
    fc.property(policies, reported, (by, [inOrder, shuffled]) => {
      expect(escalates(shuffled, by)).toBe(escalates(inOrder, by));
    }),
    { numRuns: 1_000 },
  );
});

test('R30: a restart that was reported before changes nothing, whoever reported it a little later', () => {
  const { restarts } = addRestart([], { id: 'a', at: 10 }, policy);
  expect(addRestart(restarts, { id: 'a', at: 10 }, policy).restarts).toBe(restarts);
  expect(addRestart(restarts, { id: 'a', at: 12 }, policy).restarts).toBe(restarts);
  expect(addRestart(restarts, { id: 'a', at: 8 }, policy).restarts).toEqual([{ id: 'a', at: 8 }]);
});

test('R30: a restart that is too old to matter is dropped', () => {
  const old = { id: 'old', at: 0 };
  const add = (at: number) => addRestart([old], { id: 'new', at }, policy).restarts;
  expect(add(policy.periodMs + LATE_MS)).toHaveLength(2);
  expect(add(policy.periodMs + LATE_MS + 1)).toHaveLength(1);
});
