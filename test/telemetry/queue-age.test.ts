import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queueAge } from '../../telemetry/queue-age.ts';
import { startTelemetry } from '../../telemetry/telemetry.ts';

const NOW = 1_000_000_000_000;
const told: [string, number][] = [];
const age = queueAge(
  'stage-',
  (queue, seconds) => told.push([queue, seconds]),
  () => NOW,
);

beforeEach(() => {
  told.length = 0;
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const record = (
  messageId: string,
  ageSeconds: number,
  receives = 1,
  queue = 'stage-background',
) => ({
  messageId,
  eventSourceARN: `arn:aws:sqs:eu-west-1:000000000000:${queue}`,
  attributes: {
    ApproximateReceiveCount: String(receives),
    SentTimestamp: String(NOW - 1_000 * ageSeconds),
  },
});
const event = (...records: object[]) => ({ Records: records });

test('R09: the oldest message that AWS no longer counts is reported before anything happens to it', () => {
  age.before({ event: event(record('a', 90, 2), record('b', 50, 3), record('c', 70, 9)) });
  expect(told).toEqual([['background', 70]]);
});

test('R09: the oldest of the returned messages is reported, however often they came', () => {
  const batch = event(record('a', 90), record('b', 50), record('c', 70));
  const response = { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }] };
  age.after({ event: batch, response });
  expect(told).toEqual([['background', 70]]);
});

test('R09: if an invocation fails, all of its messages count as returned', () => {
  const other = record('b', 8, 1, 'stage-audit.fifo');
  age.onError({ event: event(record('a', 9), other) });
  expect(told).toEqual([
    ['background', 9],
    ['audit', 8],
  ]);
});

test('nothing is reported for finished messages, another stage’s queues, and other events', () => {
  const batch = event(record('a', 90), record('b', 50, 4, 'elsewhere'));
  age.before({ event: batch });
  age.after({ event: batch, response: { batchItemFailures: [{ itemIdentifier: 'b' }] } });
  age.after({ event: batch, response: undefined });
  for (const strange of ['no event', null, { awslogs: {} }]) age.before({ event: strange });
  expect(told).toEqual([]);
});

test('R09: every function that a queue feeds reports it', async () => {
  vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  const telemetry = startTelemetry({ stage: 'dev', now: () => NOW });
  const handler = telemetry.handler<SQSEvent, SQSBatchResponse>(
    { component: 'incident' },
    async () => ({ batchItemFailures: [{ itemIdentifier: 'a' }] }),
  );
  const batch = event(record('a', 60, 1, 'fhir-failsafe-dev-incident')) as unknown as SQSEvent;
  const context = { getRemainingTimeInMillis: () => 1_000 } as Context;
  await handler(batch, context);
  vi.restoreAllMocks();
  expect(printed.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ service: 'fhir-failsafe-dev', queue: 'incident', OldestAge: 60 }),
  );
});
