import { describe, expect, test } from 'vitest';
import { countFailure, type Failures } from '../../../core/delivery/delivery-meaning.ts';
import { countRefusal, isTooEarly, type Referred } from '../../../core/delivery/too-early.ts';

const VERSIONS = { isNamed: false, inVain: false };
const NOW = Date.UTC(2026, 1, 1);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;
const ABSENT: Referred = { kind: 'absent' };
const PENDING: Referred = { kind: 'pending' };
const SETTLED: Referred = { kind: 'settled' };

/** A resource that is refused again and again. */
class Refused {
  failures: Failures | undefined;

  refuse(afterMs: number, ...referred: Referred[]): boolean {
    return this.refuseBy(422, afterMs, ...referred);
  }

  refuseBy(status: number, afterMs: number, ...referred: Referred[]): boolean {
    const now = NOW + afterMs;
    const refusal = { status, begunAt: now - 100, referred, versions: VERSIONS };
    this.failures = countRefusal(this.failures, refusal, now);
    return isTooEarly(this.failures, refusal);
  }

  get state(): Referred {
    return { kind: 'pending', refusedSince: this.failures?.refused?.since };
  }
}

describe('R18: a refused resource', () => {
  test('that refers to nothing, or to what is settled, was not too early', () => {
    expect(new Refused().refuse(1)).toBe(false);
    expect(new Refused().refuse(1, SETTLED, SETTLED)).toBe(false);
  });

  test('that refers to what is still to be delivered waits, however long and however often', () => {
    const resource = new Refused();
    for (let n = 0; n < 100; n += 1)
      expect(resource.refuse(n * DAY_MS, SETTLED, PENDING, ABSENT)).toBe(true);
    expect(resource.refuse(100 * DAY_MS, SETTLED)).toBe(false);
  });

  test.each([
    [0, true],
    [-100, true],
    [-10_099, true],
    [-10_100, false],
  ])('was too early for what was delivered %i ms after it was refused: %s', (ms, is) => {
    expect(new Refused().refuse(0, { kind: 'settled', deliveredAt: NOW + ms })).toBe(is);
  });

  test('that refers to what we do not hold gets a few tries', () => {
    const resource = new Refused();
    const tries = Array.from({ length: 7 }, (_, n) => resource.refuse(n, ABSENT, SETTLED));
    expect(tries).toEqual([true, true, true, true, true, true, false]);
  });

  test.each([
    [409, 20],
    [412, 1],
    [428, 1],
  ])('by %i waits for %i refusals if it refers to nothing', (status, refusals) => {
    const resource = new Refused();
    const waits = Array.from({ length: 25 }, (_, n) => resource.refuseBy(status, n * MINUTE_MS));
    expect(waits.indexOf(false)).toBe(refusals - 1);
  });

  test('that waits for a third one through a second waits as long as that', () => {
    const [first, second] = [new Refused(), new Refused()];
    for (let n = 0; n < 100; n += 1) {
      expect(first.refuse(n * DAY_MS, second.state)).toBe(true);
      expect(second.refuse(n * DAY_MS + MINUTE_MS, PENDING)).toBe(true);
    }
  });

  test.each([2, 3, 4])('in a circle of %i waits for twenty refusals', (count) => {
    const circle = Array.from({ length: count }, () => new Refused());
    const states = () => circle.map(({ state }) => state);
    const turns: boolean[][] = [];
    for (let n = 0; n < 30; n += 1) {
      turns.push(
        circle.map((one, at) =>
          one.refuse(n * MINUTE_MS + at, states()[(at + 1) % count] ?? ABSENT),
        ),
      );
    }
    expect(turns.slice(0, 19).flat()).not.toContain(false);
    expect(turns.at(-1)).not.toContain(true);
  });

  test.each([
    [404, true, true],
    [410, true, true],
    [412, true, true],
    [400, false, true],
    [404, false, false],
    [400, true, false],
  ])('by %i waits where other clients may be at work: named %s, %s', (status, isNamed, waits) => {
    const tries = (inVain: boolean) => {
      let failures: Failures | undefined;
      const refusal = { status, begunAt: NOW, referred: [], versions: { isNamed, inVain } };
      return Array.from({ length: 20 }, (_, n) => {
        failures = countRefusal(failures, refusal, NOW + n);
        return isTooEarly(failures, refusal);
      });
    };
    expect(tries(true)).toEqual([...Array(19).fill(waits), false]);
    expect(tries(false)).not.toContain(true);
  });

  test('without a counted refusal was not too early', () => {
    expect(
      isTooEarly({}, { status: 422, begunAt: 0, referred: [PENDING], versions: VERSIONS }),
    ).toBe(false);
  });
});

test('R18: other failures in between keep the count of refusals, and a new reason to wait begins it again', () => {
  const failed = countFailure(undefined, { isOwn: false, status: 0, now: 1 });
  const refusal = { begunAt: 4, referred: [ABSENT] };
  const once = countRefusal(failed, { ...refusal, status: 400 }, 5);
  const refused = { count: 1, since: 5 };
  expect(once).toEqual({ count: 2, own: 0, since: 1, status: 400, refused });
  const between = countFailure(once, { isOwn: true, status: 500, now: 7 });
  expect(between.refused).toEqual(refused);
  const twice = countRefusal(between, { ...refusal, status: 422 }, 9);
  expect(twice).toEqual({
    ...{ count: 4, own: 1, since: 1, status: 422 },
    refused: { count: 2, since: 5 },
  });
  const again = countRefusal(twice, { begunAt: 9, referred: [PENDING], status: 422 }, 11);
  expect(again.refused).toEqual({ count: 1, since: 11 });
});
