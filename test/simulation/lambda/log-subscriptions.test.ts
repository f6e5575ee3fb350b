import { describe, expect, test } from 'vitest';
import { DEATHS_FILTER_PATTERN, deathsOf } from '../../../core/attempt/deaths-in-log.ts';
import { readLogDelivery } from '../../../functions/monitor/log-delivery.ts';
import { exited } from '../../../packages/local-lambda/lambda/outcome.ts';
import type { Effect } from '../../../simulation/effects.ts';
import {
  type LogFaults,
  LogSubscriptions,
  NO_LOG_FAULTS,
} from '../../../simulation/lambda/log-subscriptions.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';

const PLAN = {
  logicalId: 'Deaths',
  name: 'deaths',
  properties: {
    LogGroupName: '/aws/lambda/f',
    FilterPattern: DEATHS_FILTER_PATTERN,
    DestinationArn: 'arn:aws:lambda:us-east-1:0:function:monitor',
  },
};

async function heard(requestId: string | undefined, faults: Partial<LogFaults> = {}) {
  const scheduler = new Scheduler(1);
  const deliveries: string[] = [];
  const told: Effect[] = [];
  const logs = new LogSubscriptions([PLAN], {
    scheduler,
    random: scheduler.random,
    faults: () => ({ ...NO_LOG_FAULTS, ...faults }),
    tell: (effect) => told.push(effect),
    deliver: (_, event) => deliveries.push((event as { awslogs: { data: string } }).awslogs.data),
  });
  const failure = exited(null, 'SIGKILL');
  logs.hear({ functionName: 'f', environment: 'f#1', failure, requestId });
  logs.hear({ functionName: 'not-subscribed', environment: 'g#1', failure, requestId });
  await scheduler.run(() => false);
  return { ms: scheduler.now - scheduler.startedAt, read: deliveries.map(readLogDelivery) };
}

describe('log subscriptions', () => {
  test('report a death as the platform does, some time later', async () => {
    const { read, ms } = await heard('r1');
    expect(read.length).toBe(1);
    const { functionName, logStream, events = [] } = read[0] ?? {};
    expect({ functionName, logStream }).toEqual({ functionName: 'f', logStream: 'f#1' });
    const deaths = deathsOf('f#1', events, true);
    expect(deaths).toMatchObject([{ id: 'r1', kind: 'exit', during: 'resource' }]);
    expect(ms).toBeGreaterThanOrEqual(NO_LOG_FAULTS.delayMs / 2);
  });

  test('report an environment that died while it loaded', async () => {
    const { read } = await heard(undefined);
    expect(deathsOf('f#1', read[0]?.events ?? [], true)).toMatchObject([{ during: 'loading' }]);
  });

  test('may repeat a report, and split it', async () => {
    const { read } = await heard('r1', { repeats: 1 });
    expect(read.length).toBe(2);
    const pieces = await heard('r1', { inPieces: true, repeats: 1 });
    const lines = pieces.read.flatMap((delivery) => delivery?.events ?? []);
    expect(lines.length).toBe(4);
  });
});
