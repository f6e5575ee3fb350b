/** The alarms of a synthesized template, with the metrics that they read. */
import { z } from 'zod';
import { ACCOUNT } from '../packages/local-lambda/template/account.ts';
import type { Assembly } from '../packages/local-lambda/template/assembly.ts';
import { referencesOf } from '../packages/local-lambda/template/references.ts';
import { resolveValue } from '../packages/local-lambda/template/resolve.ts';

/** One metric as an alarm reads it. */
export interface MetricRef {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: string;
}

export interface AlarmPlan {
  /** Without the stage's prefix. */
  readonly name: string;
  readonly threshold: number;
  /** The expression over several metrics; a single metric has none. */
  readonly expression?: string;
  readonly metrics: readonly MetricRef[];
}

const dimensionsSchema = z
  .array(z.object({ Name: z.string(), Value: z.string() }))
  .default([])
  .transform((all) => Object.fromEntries(all.map(({ Name, Value }) => [Name, Value])));
const metricSchema = {
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensionsSchema,
};
const nameSchema = { AlarmName: z.string(), Threshold: z.number() };
const alarmSchema = z.union([
  z.object({ ...nameSchema, ...metricSchema, Statistic: z.string() }),
  z.object({
    ...nameSchema,
    Metrics: z.array(
      z.object({
        Expression: z.string().optional(),
        MetricStat: z.object({ Metric: z.object(metricSchema), Stat: z.string() }).optional(),
      }),
    ),
  }),
]);

export function alarmsOf({ template, stackName }: Assembly): AlarmPlan[] {
  const references = referencesOf(template, stackName, `http://localhost/${ACCOUNT.id}`);
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => {
      const { AlarmActions: _, OKActions: __, ...said } = Properties;
      const alarm = alarmSchema.parse(resolveValue(said, references, id));
      const name = alarm.AlarmName.replace(`${stackName}-`, '');
      const threshold = alarm.Threshold;
      if (!('Metrics' in alarm)) {
        return { name, threshold, metrics: [refOf(alarm, alarm.Statistic)] };
      }
      const expression = alarm.Metrics.find(({ Expression }) => Expression)?.Expression ?? '';
      const metrics = alarm.Metrics.flatMap(({ MetricStat }) =>
        MetricStat === undefined ? [] : [refOf(MetricStat.Metric, MetricStat.Stat)],
      );
      return { name, threshold, expression, metrics };
    });
}

interface Said {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: Readonly<Record<string, string>>;
}

const refOf = ({ Namespace, MetricName, Dimensions }: Said, statistic: string): MetricRef => ({
  namespace: Namespace,
  name: MetricName,
  dimensions: Dimensions,
  statistic,
});
