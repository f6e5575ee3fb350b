import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FunctionSpec } from '../../../../packages/local-lambda/lambda/function-spec.ts';
import { startLogSubscriptions } from '../../../../packages/local-lambda/logs/subscriptions.ts';
import type { LogSubscriptionPlan } from '../../../../packages/local-lambda/template/plan.ts';

const spec = (name: string): FunctionSpec => ({
  name,
  arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  handler: 'handler.handler',
  codeDirectory: '/code',
  timeoutMs: 3000,
  memoryMb: 128,
  reservedConcurrency: 1,
  logGroup: `/logs/${name}`,
  variables: {},
  configured: {},
});
const PLAN: LogSubscriptionPlan = {
  logicalId: 'Deaths',
  name: 'deaths',
  properties: {
    LogGroupName: '/logs/dying',
    FilterPattern: '{ $.type = "death" }',
    DestinationArn: spec('monitor').arn,
  },
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function subscribed() {
  const delivered: [stream: string, lines: string[]][] = [];
  const asyncInvocations = {
    invoke(to: FunctionSpec, payload: string) {
      expect(to.name).toBe('monitor');
      const { data } = JSON.parse(payload).awslogs;
      const { logStream, logEvents } = JSON.parse(
        gunzipSync(Buffer.from(data, 'base64')).toString(),
      );
      delivered.push([logStream, logEvents.map(({ message }: { message: string }) => message)]);
    },
    pending: () => 0,
    stop: () => {},
  };
  const functions = new Map(
    [spec('dying'), spec('other'), spec('monitor')].map((s) => [s.name, s]),
  );
  const logs = startLogSubscriptions([PLAN], functions, asyncInvocations, {}, () => 0.5);
  const hear = (logStream: string, line: string, functionName = 'dying') =>
    logs.hear({ functionName, logStream, line });
  return { logs, hear, delivered };
}

const death = (n: number) => JSON.stringify({ type: 'death', n });

test('lines of one moment and stream come together, in order, and those of another stream apart', async () => {
  const { logs, hear, delivered } = subscribed();
  hear('a', death(1));
  hear('b', death(2));
  hear('a', JSON.stringify({ type: 'start' }));
  hear('a', 'no JSON');
  hear('a', '{"type": "death"');
  hear('a', death(3), 'other');
  await vi.advanceTimersByTimeAsync(100);
  hear('a', death(4));
  expect([logs.pending(), delivered]).toEqual([3, []]);
  await vi.advanceTimersByTimeAsync(101);
  expect(delivered).toEqual([
    ['a', [death(1), death(4)]],
    ['b', [death(2)]],
  ]);
  expect(logs.pending()).toBe(0);
  hear('a', death(5));
  await vi.advanceTimersByTimeAsync(201);
  expect(delivered.slice(2)).toEqual([['a', [death(5)]]]);
});

test('nothing is delivered after the stop', async () => {
  const { logs, hear, delivered } = subscribed();
  hear('a', death(1));
  logs.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(delivered).toEqual([]);
});
