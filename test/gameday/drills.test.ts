import { describe, expect, it, test, vi } from 'vitest';
import { type AlarmPlan, alarmsOf } from '../../gameday/alarms.ts';
import { drillOf } from '../../gameday/drills.ts';
import { MetricRecords } from '../../gameday/metric-records.ts';
import { readAlarm } from '../../gameday/readings.ts';
import { describe as tableOf } from '../../gameday/results-table.ts';
import type { Stage } from '../../gameday/stage.ts';
import { StageQueues } from '../../gameday/stage-queues.ts';
import { messageFor } from '../../gameday/texts.ts';
import { METRICS_NAMESPACE } from '../../telemetry/metrics.ts';
import { localAssembly } from '../support/local-assembly.ts';

const alarms = alarmsOf(localAssembly());
/** A stage whose queues are empty. */
const EMPTY = {
  queues: { depthOf: async () => 0, ageOf: async () => 0 },
} as unknown as Stage;

describe('the game day', () => {
  it.each(alarms)('has a drill for $name, which reads the alarm’s metric', async (alarm) => {
    expect(drillOf(alarm)?.condition).toMatch(/\w/);
    expect(await readAlarm(alarm, 0, new MetricRecords(), EMPTY)).toBe(0);
  });

  it('has no drill for an alarm that does not exist', () => {
    const metric = {
      namespace: METRICS_NAMESPACE,
      name: 'Valid',
      statistic: 'Sum',
      dimensions: {},
    };
    const strange: AlarmPlan = { name: 'strange', threshold: 1, metrics: [metric] };
    expect(drillOf(strange)).toBeUndefined();
    const elsewhere = { namespace: 'AWS/S3', name: '4xxErrors', statistic: 'Sum', dimensions: {} };
    expect(drillOf({ ...strange, metrics: [elsewhere] })).toBeUndefined();
  });

  it('has a message for each queue that a function reads', () => {
    const waiting = alarms.filter(({ name }) => name.endsWith('-age'));
    expect(waiting.length).toBeGreaterThan(6);
    for (const { metrics } of waiting) {
      const { QueueName, queue: own = '' } = metrics[0]?.dimensions ?? {};
      const queue = QueueName?.replace('fhir-failsafe-dev-', '') ?? own;
      expect(() => JSON.parse(messageFor(queue)), queue).not.toThrow();
    }
    expect(() => messageFor('new-one')).toThrow('new-one');
  });
});

describe('R09: the age of a queue', () => {
  const retention = alarms.find(({ name }) => name === 'background-age');

  test('is the larger of AWS’s and ours', async () => {
    if (retention === undefined) throw new Error('no such alarm');
    const records = new MetricRecords();
    const own = retention.metrics.find(({ name }) => name === 'OldestAge');
    expect(own?.dimensions).toEqual({ service: 'fhir-failsafe-dev', queue: 'background' });
    const age = (seconds: number) =>
      ({ queues: { ageOf: async () => seconds } }) as unknown as Stage;
    if (own !== undefined) records.add({ ...own, value: 40 });
    expect(await readAlarm(retention, 0, records, age(0))).toBe(40);
    expect(await readAlarm(retention, 0, records, age(50))).toBe(50);
  });

  test('from AWS leaves out a message that was received three times', async () => {
    const sent: string[] = [];
    const sqs = {
      async send({ input }: { input: { VisibilityTimeout?: number } }) {
        sent.push(Object.keys(input).join());
        const receives = sent.filter((keys) => keys.includes('VisibilityTimeout')).length;
        const Attributes = { ApproximateReceiveCount: String(receives) };
        if (input.VisibilityTimeout === 0) return { Messages: [{ MessageId: 'm-1', Attributes }] };
        return { Attributes: { ApproximateNumberOfMessages: '1' } };
      },
    };
    const queues = new StageQueues(sqs as never, (queue) => queue);
    await queues.send('q', 'text');
    vi.useFakeTimers({ now: Date.now() + 5_000, toFake: ['Date'] });
    expect(await queues.ageOf('q')).toBeGreaterThanOrEqual(5);
    expect(await queues.receiveAgain('q')).toMatchObject({ MessageId: 'm-1' });
    expect(sent.filter((keys) => keys.includes('VisibilityTimeout'))).toHaveLength(4);
    expect(await queues.ageOf('q')).toBe(0);
    vi.useRealTimers();
  });
});

describe('what CloudWatch would get', () => {
  const records = new MetricRecords();
  const tell = (value: unknown, at = 10) =>
    records.listen({
      functionName: 'f',
      logStream: 's',
      line: JSON.stringify({
        _aws: {
          Timestamp: at,
          CloudWatchMetrics: [
            {
              Namespace: 'n',
              Dimensions: [['service', 'lane']],
              Metrics: [{ Name: 'M', Unit: 'Count' }],
            },
          ],
        },
        ...{ service: 's', lane: 'critical', M: value },
      }),
    });
  tell(1);
  tell([2, 3]);
  tell(9, 99);
  records.listen({ functionName: 'f', logStream: 's', line: '{"message":"no metric"}' });
  const ref = { namespace: 'n', name: 'M', dimensions: { lane: 'critical', service: 's' } };

  test('is read from lines in embedded metric format, by time and dimensions', () => {
    expect(records.read({ ...ref, statistic: 'Sum' }, 0)).toBe(15);
    expect(records.read({ ...ref, statistic: 'Sum' }, 50)).toBe(9);
    expect(records.read({ ...ref, statistic: 'Maximum' }, 0)).toBe(9);
    const other = { ...ref, dimensions: { lane: 'background', service: 's' } };
    expect(records.read({ ...other, statistic: 'Sum' }, 0)).toBe(0);
    expect(records.read({ ...ref, dimensions: { service: 's' }, statistic: 'Sum' }, 0)).toBe(0);
    expect(() => records.read({ ...ref, statistic: 'p99' }, 0)).toThrow('p99');
  });

  test('errors, run time and used memory are in the platform’s records', () => {
    const report = (status: string, maxMemoryUsedMB: number) =>
      records.listen({
        functionName: 'f',
        logStream: 's',
        line: JSON.stringify({
          time: '2026-01-01T00:00:00.000Z',
          type: 'platform.report',
          record: { requestId: 'r', status, metrics: { durationMs: 5, maxMemoryUsedMB } },
        }),
      });
    report('success', 0);
    expect(records.memoryUsedMb.get('f')).toBeUndefined();
    report('error', 90);
    report('timeout', 80);
    expect(records.memoryUsedMb.get('f')).toBe(90);
    const of = { namespace: 'AWS/Lambda', dimensions: { FunctionName: 'f' }, statistic: 'Sum' };
    expect(records.read({ ...of, name: 'Errors' }, 0)).toBe(2);
    expect(records.read({ ...of, name: 'Duration' }, 0)).toBe(15);
  });
});

test('the table says for each alarm whether its metric moved', () => {
  const [first, second] = alarms;
  if (first === undefined || second === undefined) throw new Error('the template has no alarms');
  const result = { condition: 'c', before: 0, after: first.threshold, moved: true };
  const text = tableOf(alarms, [
    { ...result, alarm: second, after: 0, moved: false },
    { ...result, alarm: first },
  ]);
  const [, one = '', two = ''] = text.split('\n');
  expect(one.startsWith(first.name)).toBe(true);
  expect(one).toMatch(/yes, over the limit$/);
  expect(two).toMatch(/NO$/);
});
