/** Adds metrics up to points of the flow, and drops old points. Both sources of the flow use it. */
import { isFhirServer } from '../../core/delivery/delivery-targets.ts';
import type { MetricRecord } from '../../telemetry/emf-records.ts';
import type { DeliveryFlow, FlowPoint, LaneFlow } from '../contract/flow.ts';

type LaneCount = Exclude<keyof LaneFlow, 'crashes'>;

const LANE_COUNTS: Readonly<Record<string, LaneCount>> = {
  Submitted: 'submitted',
  Valid: 'valid',
  Invalid: 'invalid',
  Suspects: 'suspects',
  DeadLettered: 'deadLettered',
  Redriven: 'redriven',
};
const CRASHES: Readonly<Record<string, keyof LaneFlow['crashes']>> = {
  CrashException: 'exception',
  CrashTimeout: 'timeout',
  CrashOutOfMemory: 'out-of-memory',
  CrashExit: 'exit',
};
const DELIVERY_COUNTS: Readonly<Record<string, keyof DeliveryFlow>> = {
  Calls: 'calls',
  Delivered: 'delivered',
  DeliveryFailures: 'failures',
  Undelivered: 'undelivered',
  BreakerRefused: 'refusedByBreaker',
};
export const LANE_METRICS = [...Object.keys(LANE_COUNTS), ...Object.keys(CRASHES)];
export const DELIVERY_METRICS = Object.keys(DELIVERY_COUNTS).filter(
  (name) => name !== 'BreakerRefused',
);

const NO_CRASHES = { exception: 0, timeout: 0, 'out-of-memory': 0, exit: 0 };
const NO_LANE_FLOW: LaneFlow = {
  ...{ submitted: 0, valid: 0, invalid: 0, suspects: 0, deadLettered: 0, redriven: 0 },
  crashes: NO_CRASHES,
};
const NO_DELIVERY: DeliveryFlow = {
  ...{ calls: 0, delivered: 0, failures: 0, undelivered: 0, refusedByBreaker: 0 },
};

export class FlowPoints {
  readonly stepMs: number;
  readonly keptMs: number;
  readonly #points = new Map<number, FlowPoint>();
  readonly #changed = new Set<number>();

  constructor(stepMs: number, keptMs: number) {
    this.stepMs = stepMs;
    this.keptMs = keptMs;
  }

  /** Adds one count. Ignores metrics that are not part of the flow. */
  add(record: MetricRecord): void {
    const at = Math.floor(record.at / this.stepMs) * this.stepMs;
    const before = this.#points.get(at) ?? { at, lanes: {} };
    const after = added(before, record);
    if (after === undefined) return;
    this.#points.set(at, after);
    this.#changed.add(at);
  }

  /** Removes all points from that time on, because they are read again. */
  clearFrom(from: number): void {
    for (const at of this.#points.keys()) if (at >= from) this.#points.delete(at);
  }

  dropOld(now: number): void {
    for (const at of this.#points.keys()) {
      if (at >= now - this.keptMs) continue;
      this.#points.delete(at);
      this.#changed.delete(at);
    }
  }

  /** All points that are kept, oldest first. */
  all(now: number): FlowPoint[] {
    this.dropOld(now);
    return [...this.#points.values()].sort((a, b) => a.at - b.at);
  }

  /** The points that changed since the last call. */
  changed(): FlowPoint[] {
    const points = [...this.#changed].sort((a, b) => a - b).map((at) => this.#points.get(at));
    this.#changed.clear();
    return points.filter((point) => point !== undefined);
  }
}

/** The point with one more count. Undefined if the metric is not part of the flow. */
function added(point: FlowPoint, record: MetricRecord): FlowPoint | undefined {
  const { name, value, dimensions } = record;
  const { lane, component, breaker } = dimensions;
  const count = DELIVERY_COUNTS[name];
  const isDelivery = component === 'deliver' || (breaker !== undefined && isFhirServer(breaker));
  if (isDelivery && count !== undefined) {
    const delivery = point.delivery ?? NO_DELIVERY;
    return { ...point, delivery: { ...delivery, [count]: delivery[count] + value } };
  }
  if (lane !== 'critical' && lane !== 'background') return undefined;
  const flow = withCount(point.lanes[lane] ?? NO_LANE_FLOW, name, value);
  return flow && { ...point, lanes: { ...point.lanes, [lane]: flow } };
}

function withCount(flow: LaneFlow, name: string, value: number): LaneFlow | undefined {
  const count = LANE_COUNTS[name];
  if (count !== undefined) return { ...flow, [count]: flow[count] + value };
  const crash = CRASHES[name];
  if (crash === undefined) return undefined;
  return { ...flow, crashes: { ...flow.crashes, [crash]: flow.crashes[crash] + value } };
}
