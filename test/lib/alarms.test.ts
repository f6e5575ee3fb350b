import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownMetric } from '../../lib/alarms/own-metric.ts';
import { givenBackForDays } from '../../lib/alarms/queue-alarms.ts';
import { anchorOf } from '../../lib/alarms/runbook-alarm.ts';
import { loadConfig } from '../../lib/config/config-load.ts';
import {
  DIMENSIONS,
  METRICS,
  METRICS_NAMESPACE,
  type MetricName,
} from '../../telemetry/metrics.ts';
import { resourcesOf, synthesized } from './synthesized.ts';

const template = synthesized({
  'delivery.endpoint': 'https://fhir.example.org/r4',
  'terminology.endpoint': 'https://tx.example.org/r4',
});
const PREFIX = 'fhir-failsafe-dev-';
const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const sections = runbook
  .split(/^## /m)
  .slice(1)
  .map((text) => ({ heading: text.slice(0, text.indexOf('\n')), text }));

interface Stat {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: unknown }[];
}
type AlarmProperties = Stat & {
  AlarmName: string;
  AlarmDescription: string;
  Threshold: number;
  DatapointsToAlarm: number;
  EvaluationPeriods: number;
  AlarmActions: { Ref: string }[];
  OKActions: { Ref: string }[];
  Metrics?: { MetricStat?: { Metric: Stat } }[];
};

const alarms = Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties as unknown as AlarmProperties,
);
const namesOf = (type: string, property: string) =>
  Object.values(resourcesOf(template, type)).map(({ Properties }) => String(Properties[property]));
const shortNames = alarms.map(({ AlarmName }) => AlarmName.replace(PREFIX, ''));
const statsOf = (alarm: AlarmProperties): Stat[] =>
  alarm.Metrics === undefined
    ? [alarm]
    : alarm.Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));

/**
 * The names after `**Alarms.**` as patterns: `*` stands for a queue, a function, a table, a lane or a
 * service.
 */
function patternsIn(text: string): RegExp[] {
  const [, line = ''] = /\*\*Alarms?\.\*\*([\s\S]*?)\n\n/.exec(text) ?? [];
  return [...line.matchAll(/`([a-z*-]+)`/g)].map(
    ([, name = '']) => new RegExp(`^${name.replaceAll('*', '[a-z-]+')}$`),
  );
}

const ring = alarms.map(({ AlarmName, AlarmDescription }) => {
  const [, anchor = ''] = /docs\/runbook\.md#(\S+)$/.exec(AlarmDescription) ?? [];
  const section = sections.find(({ heading }) => anchorOf(heading) === anchor);
  return { name: AlarmName.replace(PREFIX, ''), section };
});

describe('alarms and the runbook', () => {
  it.each(ring)(
    '$name links to a section of the runbook, and that section lists the alarm',
    ({ name, section }) => {
      const patterns = patternsIn(section?.text ?? '');
      expect(patterns.filter((pattern) => pattern.test(name))).not.toEqual([]);
    },
  );

  const ours = sections.filter(({ text }) => patternsIn(text).length > 0);

  it.each(ours)(
    'section "$heading" lists only alarms that link to it, and has every part',
    (section) => {
      const linked = ring.filter((alarm) => alarm.section === section).map(({ name }) => name);
      for (const pattern of patternsIn(section.text)) {
        expect(
          linked.filter((name) => pattern.test(name)),
          String(pattern),
        ).not.toEqual([]);
      }
      const parts = ['What it means', 'How to see it', 'What to do', 'How to know that it is over'];
      for (const part of parts) expect(section.text).toContain(`**${part}.**`);
    },
  );
});

describe('alarms of the stack', () => {
  it('each queue has an alarm, and each queue that is not a dead-letter queue has a redrive policy', () => {
    const queues = Object.values(resourcesOf(template, 'AWS::SQS::Queue'));
    expect(queues.length).toBeGreaterThan(10);
    for (const { Properties } of queues) {
      const name = String(Properties['QueueName']).replace(PREFIX, '').replace('.fifo', '');
      const isDeadLetter = name.endsWith('dead-letter');
      expect(shortNames).toContain(isDeadLetter ? name : `${name}-age`);
      expect('RedrivePolicy' in Properties, name).toBe(!isDeadLetter);
    }
  });

  const ours = (name: string, value?: string) => ({
    Id: 'own',
    MetricStat: {
      Metric: {
        MetricName: name,
        Dimensions: [
          ...(value === undefined ? [] : [{ Name: 'queue', Value: value }]),
          { Name: 'service', Value: 'fhir-failsafe-dev' },
        ],
      },
      Stat: 'Maximum',
    },
  });
  const named = (name: string) => alarms.find(({ AlarmName }) => AlarmName === `${PREFIX}${name}`);

  it('R09: each queue that a function reads has an alarm on its age, which includes our own metric', () => {
    const read = Object.values(resourcesOf(template, 'AWS::Lambda::EventSourceMapping'));
    const ages = alarms.filter(({ AlarmName }) => AlarmName.endsWith('-age'));
    expect(ages).toHaveLength(read.length);
    for (const alarm of ages) {
      const name = alarm.AlarmName.replace(PREFIX, '').replace(/-age$/, '');
      const [expression, ...stats] = (alarm.Metrics ?? []) as { Expression?: string }[];
      // As far as the alarm looks back, what is missing is what it was.
      expect(alarm).toMatchObject({ EvaluationPeriods: 15 });
      if (name.endsWith('dead-letter')) {
        // What lies in it for five minutes rings another alarm.
        expect(shortNames).toContain(name);
        expect(expression?.Expression).toBe('FILL(FILL(own, REPEAT), 0)');
        expect(stats).toMatchObject([ours('OldestAge', name)]);
        continue;
      }
      expect(expression?.Expression).toBe('MAX([FILL(aws, 0), FILL(FILL(own, REPEAT), 0)])');
      expect(stats).toMatchObject([
        { Id: 'aws', MetricStat: { Metric: { MetricName: 'ApproximateAgeOfOldestMessage' } } },
        ours('OldestAge', name),
      ]);
    }
  });

  it('R04: on-call is paged before SQS deletes a message, whatever queue holds it', () => {
    const isOncall = (name: string) => named(name)?.AlarmActions[0]?.Ref.startsWith('Oncall');
    const ages = shortNames.filter((name) => name.endsWith('-age'));
    expect(ages.length).toBeGreaterThan(8);
    for (const age of ages) {
      // Long before, and the alarm rings until the message is gone.
      const retention = age.replace(/-age$/, '-retention');
      expect(isOncall(age) || isOncall(retention), age).toBe(true);
    }
    expect(named('some-queue-retention')).toMatchObject({
      Threshold: 10 * 86_400,
      Metrics: [{ Expression: 'FILL(FILL(own, REPEAT), 0)' }, ours('OldestAge')],
    });
  });

  it.each([
    [1, 0.5],
    [2, 1],
    [6, 3],
    [10, 6],
    [14, 10],
  ])('R04: with a retention of %d days it is paged after %d', (retentionDays, days) => {
    const { threshold } = givenBackForDays({ ...loadConfig({}, {}), retentionDays });
    expect(threshold).toBe(days * 86_400);
  });

  it('an alarm that fills missing data with 0 rings though its latest minutes are not there yet', () => {
    const filling = alarms.filter(({ Metrics = [] }) => JSON.stringify(Metrics).includes(', 0)'));
    expect(filling.length).toBeGreaterThan(10);
    for (const { AlarmName, DatapointsToAlarm, EvaluationPeriods } of filling) {
      // One minute whose data is on its way, and one that the minute's timer missed.
      expect(EvaluationPeriods - DatapointsToAlarm, AlarmName).toBeGreaterThanOrEqual(2);
    }
  });

  it('each function has an alarm on errors, and on throttles if no queue feeds it', () => {
    // empty-bucket runs while the stack, alarms included, is deleted.
    const functions = namesOf('AWS::Lambda::Function', 'FunctionName').filter(
      (name) => name.startsWith(PREFIX) && name !== `${PREFIX}empty-bucket`,
    );
    expect(functions.length).toBeGreaterThanOrEqual(8);
    for (const name of functions) {
      expect(shortNames).toContain(`${name.replace(PREFIX, '')}-errors`);
    }
    const throttles = shortNames.filter((name) => name.endsWith('-throttles'));
    expect(throttles.sort()).toEqual(['calls-throttles', 'monitor-throttles', 'resend-throttles']);
  });

  it('one alarm each watches memory, throttled calls, Quarantine and envelopes of all functions', () => {
    for (const [name, metric] of [
      ['functions-memory', 'MemoryPercent'],
      ['calls-throttles', 'Throttled'],
      ['quarantine-grows', 'Quarantined'],
      ['envelopes-unreadable', 'EnvelopesUnreadable'],
    ] as const) {
      expect(METRICS[metric]).toMatchObject({ alsoOfStage: true });
      expect(named(name)).toMatchObject({
        MetricName: metric,
        Dimensions: [{ Name: 'service', Value: 'fhir-failsafe-dev' }],
      });
    }
  });

  it('the alarms read at most 56 metrics, because AWS bills each of them', () => {
    const local = resourcesOf(synthesized(), 'AWS::CloudWatch::Alarm');
    const read = Object.values(local).flatMap(({ Properties }) =>
      statsOf(Properties as unknown as AlarmProperties),
    );
    expect(read.length).toBeLessThanOrEqual(56);
  });

  it('each table has point-in-time recovery and a deletion policy', () => {
    const prod = synthesized({ stage: 'prod' });
    for (const { Properties, DeletionPolicy } of Object.values(
      resourcesOf(prod, 'AWS::DynamoDB::Table'),
    )) {
      expect(DeletionPolicy).toBe('Retain');
      expect(Properties).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });

  it('each alarm notifies people when it rings and when it is over', () => {
    for (const { AlarmName, AlarmActions, OKActions } of alarms) {
      expect(AlarmActions, AlarmName).toHaveLength(1);
      expect(AlarmActions[0]?.Ref).toMatch(/^(Oncall|Management)/);
      expect(OKActions).toEqual(AlarmActions);
    }
  });

  it('each alarm on a metric of ours uses a known metric and its dimensions', () => {
    const ours = alarms.flatMap(statsOf).filter(({ Namespace }) => Namespace === METRICS_NAMESPACE);
    expect(ours.length).toBeGreaterThan(10);
    for (const { MetricName: name, Dimensions = [] } of ours) {
      const metric = METRICS[name as MetricName];
      expect(metric, name).toBeDefined();
      const allowed = ['service', ...DIMENSIONS[metric.by]];
      expect(allowed).toEqual(expect.arrayContaining(Dimensions.map(({ Name }) => Name)));
      expect(Dimensions).toContainEqual({ Name: 'service', Value: 'fhir-failsafe-dev' });
    }
  });

  it('a metric cannot be requested by a dimension that it does not have', () => {
    const wrong = { stage: 'dev', name: 'LanePaused', of: { verdict: 'valid' } } as const;
    expect(() => ownMetric(wrong)).toThrow('LanePaused is not told apart by verdict');
  });
});

describe('the topics for people', () => {
  it('accept alarms of this stack from CloudWatch, and nobody else’s', () => {
    const statements = Object.values(resourcesOf(template, 'AWS::SNS::TopicPolicy'))
      .flatMap(({ Properties }) => JSON.parse(JSON.stringify(Properties)).PolicyDocument.Statement)
      .filter(({ Sid }: { Sid?: string }) => Sid === 'OurAlarms');
    expect(statements).toHaveLength(2);
    for (const statement of statements) {
      expect(statement).toMatchObject({
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      });
      expect(JSON.stringify(statement.Condition.ArnLike)).toContain(`:alarm:${PREFIX}*`);
    }
  });
});
