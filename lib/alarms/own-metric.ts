/** A metric of telemetry/metrics.ts, as alarms and dashboard read it. */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  DIMENSIONS,
  METRICS,
  METRICS_NAMESPACE,
  type MetricName,
  serviceOf,
} from '../../telemetry/metrics.ts';

export interface OwnMetric {
  readonly stage: string;
  readonly name: MetricName;
  /** Values of its dimensions, without `service`. */
  readonly of: Readonly<
    Partial<Record<(typeof DIMENSIONS)[keyof typeof DIMENSIONS][number], string>>
  >;
  readonly statistic?: string;
  readonly minutes?: number;
  readonly label?: string;
}

/** Throws for dimensions that the metric does not have: such a metric never has data. */
export function ownMetric({ stage, name, of, statistic = 'Sum', minutes = 1, label }: OwnMetric) {
  const known: readonly string[] = DIMENSIONS[METRICS[name].by];
  const unknown = Object.keys(of).filter((dimension) => !known.includes(dimension));
  if (unknown.length > 0) throw new TypeError(`${name} is not told apart by ${unknown.join()}`);
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: name,
    dimensionsMap: { service: serviceOf(stage), ...of },
    statistic,
    period: Duration.minutes(minutes),
    ...(label !== undefined && { label }),
  });
}
