/** Computes the dashboard's lines from the metrics of a run. */
import type { MetricRecord } from '../../telemetry/emf-records.ts';
import type { Line } from './body.ts';

/** Values by point; undefined if nothing was emitted. */
export type Series = readonly (number | undefined)[];

export interface Buckets {
  /** Epoch ms at which the first period begins; each has a point at its end. */
  readonly from: number;
  readonly widthMs: number;
  readonly count: number;
}

export function bucketsOf(records: readonly MetricRecord[], widthMs: number): Buckets {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const { at } of records) {
    from = Math.min(from, at);
    to = Math.max(to, at);
  }
  return { from, widthMs, count: Math.max(1, Math.ceil((to - from + 1) / widthMs)) };
}

/** The series of each line that is drawn. */
export function seriesOf(
  lines: readonly Line[],
  records: readonly MetricRecord[],
  buckets: Buckets,
): readonly { readonly line: Line; readonly series: Series }[] {
  const plain = new Map(lines.map((line) => [line, measured(line, records, buckets)]));
  const byId = new Map(lines.map((line) => [line.id, plain.get(line) ?? []]));
  return lines
    .filter(({ visible }) => visible)
    .map((line) => ({
      line,
      series:
        line.expression === undefined
          ? (plain.get(line) ?? [])
          : summed(line.expression, byId, buckets),
    }));
}

/** Each point is for the period that ends there, as on CloudWatch. */
function measured(
  { metric, stat, period }: Line,
  records: readonly MetricRecord[],
  { from, widthMs, count }: Buckets,
): Series {
  if (metric === undefined) return [];
  const own = records.filter(
    ({ namespace, name, dimensions }) =>
      namespace === metric.namespace &&
      name === metric.name &&
      isEqual(dimensions, metric.dimensions),
  );
  return Array.from({ length: count }, (_, n) => {
    const end = from + (n + 1) * widthMs;
    const within = own.filter(({ at }) => at < end && at >= end - period * 1_000);
    return within.length === 0
      ? undefined
      : statistic(
          stat,
          within.map(({ value }) => value),
        );
  });
}

function isEqual(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function statistic(stat: string, values: readonly number[]): number {
  switch (stat) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'Maximum':
      return Math.max(...values);
    case 'p95': {
      const sorted = values.toSorted((a, b) => a - b);
      return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
    }
    default:
      throw new TypeError(`the statistic ${stat} is not drawn here`);
  }
}

/** `SUM([FILL(a, 0), FILL(b, 0)])`, the only kind of expression on the dashboard. */
function summed(
  expression: string,
  byId: ReadonlyMap<string | undefined, Series>,
  { count }: Buckets,
): Series {
  if (!/^SUM\(\[FILL\(\w+, 0\)(, FILL\(\w+, 0\))*\]\)$/.test(expression)) {
    throw new TypeError(`the expression ${expression} is not drawn here`);
  }
  const parts = [...expression.matchAll(/FILL\((\w+), 0\)/g)].map(([, id]) => byId.get(id) ?? []);
  return Array.from({ length: count }, (_, n) => {
    return parts.reduce((sum, part) => sum + (part[n] ?? 0), 0);
  });
}
