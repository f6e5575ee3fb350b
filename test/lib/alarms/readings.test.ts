/** How the alarms read their metrics, and on which side of a threshold they ring. */
import { expect, test } from 'vitest';
import { resourcesOf, synthesized } from '../synthesized.ts';

interface Reading {
  readonly MetricName: string;
  readonly Statistic: string;
  readonly Period: number;
}
interface Alarm extends Reading {
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: Pick<Reading, 'MetricName'>;
      readonly Stat: string;
      readonly Period: number;
    };
  }[];
}

const template = synthesized({
  'delivery.endpoint': 'https://fhir.example.org/r4',
  'terminology.endpoint': 'https://tx.example.org/r4',
});
const alarms = Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties as unknown as Alarm,
);

/** What happens is added up, a state or an age is read at its worst, and a dead letter must stay for a whole minute. */
const READINGS = {
  ApproximateAgeOfOldestMessage: 'Maximum of 60 s',
  ApproximateNumberOfMessagesVisible: 'Minimum of 60 s',
  BreakerOpenSeconds: 'Maximum of 60 s',
  BreakerRefused: 'Sum of 60 s',
  ComponentFaults: 'Sum of 60 s',
  DeliveryFailingSeconds: 'Maximum of 900 s',
  EnvelopesUnreadable: 'Sum of 60 s',
  Errors: 'Sum of 300 s',
  Escalations: 'Sum of 60 s',
  LanePaused: 'Maximum of 60 s',
  MemoryPercent: 'Maximum of 300 s',
  OldestAge: 'Maximum of 60 s',
  PagesUnanswered: 'Sum of 60 s',
  Quarantined: 'Sum of 300 s',
  ReportsDue: 'Maximum of 300 s',
  Throttled: 'Sum of 300 s',
  Throttles: 'Sum of 300 s',
};

test('R60: each alarm reads its metric by the statistic and over the time that its threshold is about', () => {
  const readings = new Map<string, string>();
  for (const { Metrics, ...alarm } of alarms) {
    const stats = Metrics?.flatMap(({ MetricStat }) => MetricStat ?? []).map((stat) => ({
      MetricName: stat.Metric.MetricName,
      Statistic: stat.Stat,
      Period: stat.Period,
    }));
    for (const { MetricName, Statistic, Period } of stats ?? [alarm]) {
      const reading = `${Statistic} of ${Period} s`;
      expect(readings.get(MetricName) ?? reading, MetricName).toBe(reading);
      readings.set(MetricName, reading);
    }
  }
  expect(Object.fromEntries(readings)).toEqual(READINGS);
});

test('R60: each alarm rings at its threshold and above; a part that does nothing has no fault', () => {
  expect(alarms.length).toBeGreaterThan(40);
  for (const alarm of alarms) {
    expect(alarm).toMatchObject({
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  }
});

test('R60: the alarm of a breaker rings by either of its metrics, though the other never had data', () => {
  const expressions = alarms.flatMap(({ Metrics = [] }) =>
    Metrics.some(({ MetricStat }) => MetricStat?.Metric.MetricName === 'BreakerRefused')
      ? Metrics.flatMap(({ Expression }) => Expression ?? [])
      : [],
  );
  expect(expressions).toHaveLength(2);
  for (const expression of expressions) {
    expect(expression).toBe('IF(MAX([FILL(since, 0), FILL(refused, 0)]) > 0, 1, 0)');
  }
});
