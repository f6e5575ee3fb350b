/** Reads metrics from CloudWatch for operators. A thousand metrics cost a cent. */
import {
  type CloudWatchClient,
  type MetricDataQuery,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';

export interface MetricAsked {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum';
}

export interface MetricSeries {
  readonly asked: MetricAsked;
  /** Periods that have data. `at` is the start of a period in epoch ms. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

const PERIOD_SECONDS = 60;

/** At most 500 metrics, by the minute. */
export async function readMetrics(
  client: CloudWatchClient,
  asked: readonly MetricAsked[],
  from: number,
  to: number,
): Promise<MetricSeries[]> {
  const series = asked.map((each) => ({
    asked: each,
    points: [] as MetricSeries['points'][number][],
  }));
  const request = {
    MetricDataQueries: asked.map(queryOf),
    StartTime: new Date(from),
    EndTime: new Date(to),
  };
  for await (const page of paginateGetMetricData({ client }, request)) {
    for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? []) {
      const points = Timestamps.map((time, n) => ({ at: time.getTime(), value: Values[n] ?? 0 }));
      series[Number(Id.slice(1))]?.points.push(...points);
    }
  }
  return series;
}

function queryOf(
  { namespace, name, dimensions, statistic }: MetricAsked,
  n: number,
): MetricDataQuery {
  return {
    Id: `m${n}`,
    MetricStat: {
      Period: PERIOD_SECONDS,
      Stat: statistic,
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
    },
  };
}
