/** The points of the flow that the server keeps, and the rates per second. */
import type { DeliveryFlow, FlowNews, FlowPoint, LaneFlow } from '../../contract/flow.ts';

export interface Flow {
  readonly stepMs: number;
  readonly keptMs: number;
  /** Oldest first. */
  readonly points: readonly FlowPoint[];
}

/** A point replaces one of the same step. Old points are dropped, so memory does not grow. */
export function withNews(flow: Flow | undefined, news: FlowNews): Flow {
  const { stepMs, keptMs, now, figure } = news;
  const points = new Map(flow?.points.map((point) => [point.at, point]));
  for (const point of figure.value ?? []) points.set(point.at, point);
  const kept = [...points.values()].filter(({ at }) => at > now - keptMs);
  return { stepMs, keptMs, points: kept.toSorted((a, b) => a.at - b.at) };
}

/** A single second varies too much. Older points are no longer "now". */
const SMOOTHED_MS = 5_000;

/**
 * The points that give the current rate. Seconds are added up, without the one that is not over. Of
 * minutes, the latest known one is used: AWS's metrics come late, and only three minutes without
 * any mean zero.
 */
export function latest({ stepMs, points }: Flow, now: number): readonly FlowPoint[] {
  if (stepMs >= SMOOTHED_MS) return points.filter(({ at }) => at > now - 3 * stepMs).slice(-1);
  const end = Math.floor(now / stepMs) * stepMs;
  return points.filter(({ at }) => at >= end - SMOOTHED_MS && at < end);
}

/** Converts counts to rates per second. */
export function perSecond(flow: Flow, now: number, count: (point: FlowPoint) => number): number {
  const sum = latest(flow, now).reduce((total, point) => total + count(point), 0);
  return sum / (Math.max(flow.stepMs, SMOOTHED_MS) / 1_000);
}

export const crashesOf = ({ crashes }: LaneFlow): number =>
  crashes.exception + crashes.timeout + crashes['out-of-memory'] + crashes.exit;

export interface LaneRates {
  readonly submitted: number;
  readonly valid: number;
  readonly invalid: number;
  /** Crashes and suspects: messages that go to isolation. */
  readonly isolated: number;
  readonly deadLettered: number;
}

export function laneRates(flow: Flow, now: number, lane: 'critical' | 'background'): LaneRates {
  const of = (count: (flow: LaneFlow) => number) =>
    perSecond(flow, now, ({ lanes }) => {
      const here = lanes[lane];
      return here === undefined ? 0 : count(here);
    });
  return {
    submitted: of(({ submitted }) => submitted),
    valid: of(({ valid }) => valid),
    invalid: of(({ invalid }) => invalid),
    isolated: of((each) => crashesOf(each) + each.suspects),
    deadLettered: of(({ deadLettered }) => deadLettered),
  };
}

export type DeliveryRates = DeliveryFlow;

export function deliveryRates(flow: Flow, now: number): DeliveryRates {
  const of = (name: keyof DeliveryFlow) =>
    perSecond(flow, now, ({ delivery }) => delivery?.[name] ?? 0);
  return {
    calls: of('calls'),
    delivered: of('delivered'),
    failures: of('failures'),
    undelivered: of('undelivered'),
    refusedByBreaker: of('refusedByBreaker'),
  };
}

/** Times in epoch seconds, and a series each of submitted, rejected and crashed. */
type Throughput = [number[], (number | null)[], (number | null)[], (number | null)[]];

/**
 * For the chart. Leaves out the current step, and steps whose numbers may still change. Empty
 * before the first known step. Zero rejected or crashed is no point, so that the others stand out.
 */
export function throughput({ stepMs, points }: Flow, from: number, now: number): Throughput {
  const byStep = new Map(points.map((point) => [point.at, point]));
  const chart: Throughput = [[], [], [], []];
  const known = points[0]?.at ?? now;
  for (let at = Math.ceil(from / stepMs) * stepMs; at <= now - 3 * stepMs; at += stepMs) {
    const lanes = Object.values(byStep.get(at)?.lanes ?? {});
    const rate = (count: (flow: LaneFlow) => number) =>
      lanes.reduce((sum, lane) => sum + count(lane), 0) / (stepMs / 1_000);
    chart[0].push(at / 1_000);
    chart[1].push(at < known ? null : rate(({ submitted }) => submitted));
    chart[2].push(rate(({ invalid }) => invalid) || null);
    chart[3].push(rate(crashesOf) || null);
  }
  return chart;
}
