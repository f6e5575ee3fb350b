import { describe, expect, test } from 'vitest';
import {
  deliveryRates,
  type Flow,
  laneRates,
  throughput,
  withNews,
} from '../../../../console/page/model/flow-rates.ts';
import { NO_FLOW } from '../support/fake-stage.ts';

const T = 1_000_000_000_000;
const point = (at: number, submitted: number) => ({
  at,
  lanes: { critical: { ...NO_FLOW, submitted, valid: submitted } },
});
const flow = (stepMs: number, ...points: ReturnType<typeof point>[]): Flow => ({
  stepMs,
  keptMs: 600_000,
  points,
});
const news = (now: number, value: ReturnType<typeof point>[]) => ({
  now,
  stepMs: 1_000,
  keptMs: 10_000,
  figure: { value, readAt: now },
});

describe('flow rates', () => {
  test('a point replaces one of the same step, and old points are dropped', () => {
    const first = withNews(undefined, news(T, [point(T - 9_000, 1), point(T - 1_000, 2)]));
    const second = withNews(first, news(T + 2_000, [point(T, 4), point(T - 1_000, 3)]));
    expect(second.points.map(({ at }) => at)).toEqual([T - 1_000, T]);
    expect(second.points[0]?.lanes.critical?.submitted).toBe(3);
  });

  test('news without a value changes nothing', () => {
    const before = withNews(undefined, news(T, [point(T - 1_000, 1)]));
    const failing = { now: T, stepMs: 1_000, keptMs: 10_000, figure: {} };
    expect(withNews(before, failing).points).toEqual(before.points);
  });

  test('with seconds, the rate is that of the last five complete ones; a missing one counts as 0', () => {
    const known = flow(
      1_000,
      point(T - 6_000, 99),
      point(T - 5_000, 10),
      point(T - 1_000, 5),
      point(T, 99),
    );
    expect(laneRates(known, T + 500, 'critical').submitted).toBe(3);
    expect(laneRates(known, T + 500, 'background').submitted).toBe(0);
  });

  test('with minutes, the rate is that of the latest known minute, and nothing after three', () => {
    const known = flow(60_000, point(T - 120_000, 600), point(T - 60_000, 300));
    expect(laneRates(known, T + 30_000, 'critical').valid).toBe(5);
    expect(laneRates(known, T + 200_000, 'critical').valid).toBe(0);
  });

  test('crashes of every kind and suspects flow to isolation', () => {
    const crashes = { exception: 1, timeout: 2, 'out-of-memory': 3, exit: 4 };
    const busy = { at: T - 1_000, lanes: { background: { ...NO_FLOW, crashes, suspects: 5 } } };
    const known = { stepMs: 1_000, keptMs: 1, points: [busy] };
    expect(laneRates(known, T, 'background').isolated).toBe(3);
  });

  test('the delivery has its own rates', () => {
    const delivery = { calls: 10, delivered: 5, failures: 5, undelivered: 0, refusedByBreaker: 20 };
    const known = { stepMs: 1_000, keptMs: 1, points: [{ at: T - 1_000, lanes: {}, delivery }] };
    expect(deliveryRates(known, T)).toEqual({
      calls: 2,
      delivered: 1,
      failures: 1,
      undelivered: 0,
      refusedByBreaker: 4,
    });
  });

  test('a chart begins at the first known value, has zeros for missing ones, and no point where nothing crashed', () => {
    const known = flow(1_000, point(T, 3), point(T + 2_000, 4));
    const [times, submitted, rejected, crashed] = throughput(known, T - 1_000, T + 5_000);
    expect(times).toEqual([-1, 0, 1, 2].map((second) => T / 1_000 + second));
    expect(submitted).toEqual([null, 3, 0, 4]);
    expect([rejected, crashed]).toEqual([
      [null, null, null, null],
      [null, null, null, null],
    ]);
  });
});
