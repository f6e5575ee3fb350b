/**
 * Reads what CloudWatch reads: the metrics in a line of embedded metric format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import * as z from 'zod';

export interface MetricRecord {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly at: number;
  readonly value: number;
}

const emfSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

export function emfRecords(line: string): MetricRecord[] {
  const said = emfSchema.parse(JSON.parse(line));
  const { Timestamp: at, CloudWatchMetrics } = said._aws;
  return CloudWatchMetrics.flatMap(({ Namespace: namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, String(said[name])]));
      return Metrics.flatMap(({ Name: name }) =>
        [said[name]]
          .flat()
          .map((value) => ({ at, namespace, name, dimensions, value: Number(value) })),
      );
    }),
  );
}
