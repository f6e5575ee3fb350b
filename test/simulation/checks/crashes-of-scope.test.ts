import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  CRASHES,
  CrashesOfScope,
  type Incident,
  WINDOW_MS,
} from '../../../simulation/checks/crashes-of-scope.ts';
import { Timeline } from '../../../simulation/checks/timeline.ts';

interface Recorded {
  readonly id: string;
  readonly at: number;
  readonly environment: string | undefined;
}

const incident = (number: number, fields: Partial<Incident> = {}): Incident => {
  return { number, status: 'resolved', cause: 'crashes', ...fields };
};

function scopeOf(crashes: readonly Recorded[], latest?: Incident): CrashesOfScope {
  const scope = new CrashesOfScope();
  for (const crash of crashes) scope.record({ ...crash, over: 0 });
  scope.latest = latest;
  return scope;
}

const storm = (count: number, at = 0): Recorded[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `c${at}/${n}`,
    at: at + n,
    environment: undefined,
  }));

describe('R20: the crashes of a scope', () => {
  test('fill a window around a moment, or anywhere', () => {
    const scope = scopeOf([...storm(CRASHES, 0), ...storm(3, 10 * WINDOW_MS)]);
    expect(scope.handledFull(0)?.at).toBe(CRASHES - 1);
    expect(scope.handledFull(10 * WINDOW_MS)).toBeUndefined();
    expect(scope.handledFull()?.at).toBe(CRASHES - 1);
    expect(scope.surelyFull()?.at).toBe(CRASHES - 1);
  });

  test('count where their messages are gone, and while no incident goes on', () => {
    const scope = scopeOf(storm(CRASHES));
    scope.queued('c0/3', 1);
    scope.queued('c0/3', 1);
    scope.queued('c0/3', -1);
    expect(scope.handledFull(0)).toBeUndefined();
    scope.queued('c0/3', -1);
    expect(scope.handledFull(0)).toBeDefined();
    scope.latest = incident(1, { status: 'open' });
    expect(scope.handledFull(0)).toBeUndefined();
  });

  test('count where no message about another report of the same death is left', () => {
    const [first, ...others] = storm(CRASHES).map((each) => ({ ...each, environment: each.id }));
    if (first === undefined) throw new Error('no storm');
    const init = { id: 'init', at: first.at - 1_000, environment: first.environment };
    const scope = scopeOf([init, first, ...others]);
    scope.queued('init', 1);
    expect(scope.handledFull(0)).toBeUndefined();
    scope.queued('init', -1);
    expect(scope.handledFull(0)).toBeDefined();
    const elsewhere = scopeOf([{ ...init, environment: 'another' }, first, ...others]);
    elsewhere.queued('init', 1);
    expect(elsewhere.handledFull(0)).toBeDefined();
  });

  test('are counted once, at their earliest time, and by what was over when they were first seen', () => {
    const scope = scopeOf(storm(CRASHES - 1));
    scope.over = 1;
    scope.record({ id: 'c0/0', at: 50, environment: undefined, over: 1 });
    expect(scope.get('c0/0')).toMatchObject({ at: 0, over: 1, seenOver: 0 });
    expect(scope.surelyFull()).toBeUndefined();
    scope.latest = incident(1, { resolved: { at: 60 } });
    // By the item alone it may have been recorded after the resolution.
    expect(scope.maybeFull()).toBeUndefined();
    for (const late of storm(CRASHES - 1, 100)) scope.record({ ...late, over: 1 });
    expect(scope.surelyFull()).toBeUndefined();
    expect(scope.maybeFull()?.at).toBe(100 + CRASHES - 2);
  });

  test('around a moment are found without a look at all the others', () => {
    const scope = scopeOf([...storm(50), ...storm(CRASHES, 1e9)]);
    const all = vi.spyOn(Timeline.prototype, 'all', 'get');
    expect(scope.handledFull(1e9)).toBeDefined();
    expect(all).not.toHaveBeenCalled();
    expect(scope.handledFull()).toBeDefined();
    expect(all).toHaveBeenCalled();
  });
});

test('R20: a window is full exactly if it is by a look at all crashes', () => {
  const crash = fc.record({
    id: fc.integer({ min: 0, max: 99 }).map(String),
    at: fc.integer({ min: 0, max: 600_000 }),
    environment: fc.constantFrom(undefined, undefined, 'e1', 'e2'),
  });
  const all = fc.uniqueArray(crash, { minLength: 15, maxLength: 40, selector: ({ id }) => id });
  let full = 0;
  fc.assert(
    fc.property(all, fc.nat(400_000), (crashes, quietSince) => {
      const latest = incident(1, { resolved: { at: 0, quietSince } });
      const expected = naively(crashes, quietSince);
      expect(scopeOf(crashes, latest).surelyFull()?.at).toBe(expected);
      if (expected !== undefined) full += 1;
    }),
    { numRuns: 400 },
  );
  expect(full).toBeGreaterThan(50);
});

/** Each of them alone: those before the quiet are read, and a death in the environment of a death just before it is the same. */
function naively(crashes: readonly Recorded[], quietSince: number): number | undefined {
  const sorted = crashes.toSorted((a, b) => a.at - b.at);
  const counted = sorted.filter(({ at, environment }, place) => {
    const former = sorted.slice(0, place).findLast((each) => each.environment === environment);
    const isSame = environment !== undefined && former !== undefined && at - former.at <= 120_000;
    return at > quietSince && !isSame;
  });
  return counted.find(
    ({ at }, place) =>
      counted.slice(0, place + 1).filter((each) => at - each.at < WINDOW_MS).length >= CRASHES,
  )?.at;
}
