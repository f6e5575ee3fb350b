import { CloudWatchClient, type GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { expect, test } from 'vitest';
import { CloudWatchFlow } from '../../../console/flow/cloud-watch-flow.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 10, 29, 12);

type Values = readonly (readonly [at: number, value: number])[];

/** CloudWatch that holds these metrics, by name and one dimension, two results to a page. */
function cloudWatch(held: Readonly<Record<string, Values>>) {
  const client = new CloudWatchClient({ region: 'eu-west-1', credentials: NOBODY });
  const requests: GetMetricDataCommandInput[] = [];
  const trouble: { error?: Error } = {};
  client.middlewareStack.add(
    () => async (args) => {
      if (trouble.error !== undefined) throw trouble.error;
      const input = args.input as GetMetricDataCommandInput;
      requests.push(input);
      return { response: {}, output: pageOf(input, held) } as never;
    },
    { step: 'initialize' },
  );
  return { client, requests, trouble };
}

const NOBODY = { accessKeyId: 'nobody', secretAccessKey: 'nothing' };
const PAGE = 2;

function pageOf(input: GetMetricDataCommandInput, held: Readonly<Record<string, Values>>) {
  const from = Number(input.NextToken ?? 0);
  const results = (input.MetricDataQueries ?? []).flatMap(({ Id, MetricStat }) => {
    const { MetricName = '', Dimensions = [] } = MetricStat?.Metric ?? {};
    const values =
      Dimensions.map(({ Value }) => held[`${MetricName} ${Value}`]).find(Boolean) ?? [];
    const inTime = values.filter(
      ([at]) => at >= Number(input.StartTime) && at < Number(input.EndTime),
    );
    if (inTime.length === 0) return [];
    return [
      { Id, Timestamps: inTime.map(([at]) => new Date(at)), Values: inTime.map(([, v]) => v) },
    ];
  });
  const next = from + PAGE < results.length ? { NextToken: String(from + PAGE) } : {};
  return { MetricDataResults: results.slice(from, from + PAGE), ...next, $metadata: {} };
}

function flowOf(held: Readonly<Record<string, Values>>, queues: readonly string[] = ['critical']) {
  const time = { now: NOON };
  const aws = cloudWatch(held);
  const flow = new CloudWatchFlow(
    aws.client,
    'dev',
    async () => queues,
    () => time.now,
  );
  return { ...aws, flow, time };
}

test('counts of lanes and of delivery become one point a minute, from all pages of an answer', async () => {
  const { flow, requests } = flowOf({
    'Valid critical': [[NOON - 2 * MINUTE, 5]],
    'Invalid critical': [[NOON - 2 * MINUTE, 2]],
    'CrashTimeout background': [[NOON - MINUTE, 1]],
    'Delivered deliver': [[NOON - MINUTE, 4]],
  });

  const { figure, stepMs } = (await flow.refresh()) ?? {};

  expect(requests).toHaveLength(2);
  expect(stepMs).toBe(MINUTE);
  expect(figure?.readAt).toBe(NOON);
  expect(figure?.value).toMatchObject([
    { at: NOON - 2 * MINUTE, lanes: { critical: { valid: 5, invalid: 2, submitted: 0 } } },
    {
      at: NOON - MINUTE,
      lanes: { background: { valid: 0, crashes: { timeout: 1, exit: 0 } } },
      delivery: { delivered: 4, calls: 0 },
    },
  ]);
});

test('a minute whose figures arrive late is read again, and counted once', async () => {
  const late: [number, number][] = [[NOON - MINUTE, 3]];
  const { flow, time, requests } = flowOf({ 'Valid critical': late });
  await flow.refresh();
  late[0] = [NOON - MINUTE, 8];
  time.now = NOON + MINUTE;

  const news = await flow.refresh();

  expect(news?.figure.value).toMatchObject([
    { at: NOON - MINUTE, lanes: { critical: { valid: 8 } } },
  ]);
  expect(flow.all().figure.value).toHaveLength(1);
  const hour = NOON - 60 * MINUTE;
  expect(requests.map(({ StartTime }) => Number(StartTime))).toEqual([hour, NOON - 4 * MINUTE]);
});

test('CloudWatch is not asked again before its time', async () => {
  const { flow, time, requests } = flowOf({});
  await flow.refresh();
  time.now = NOON + 10_000;

  expect(await flow.refresh()).toBeUndefined();
  expect(requests).toHaveLength(1);
});

test('the age of a queue is that of its oldest message, by SQS or by our own metric', async () => {
  const { flow } = flowOf({
    'ApproximateAgeOfOldestMessage fhir-failsafe-dev-critical': [[NOON - MINUTE, 30]],
    'OldestAge critical': [[NOON - MINUTE, 90]],
  });
  await flow.refresh();

  expect(flow.ages.at('critical', NOON)).toBe(90_000 + MINUTE);
  expect(flow.ages.at('background', NOON)).toBeUndefined();
});

test('busy environments are those of the latest minute', async () => {
  const { flow } = flowOf({
    'ConcurrentExecutions fhir-failsafe-dev-audit': [
      [NOON - MINUTE, 2],
      [NOON - 2 * MINUTE, 9],
    ],
  });
  await flow.refresh();

  expect(flow.environments.figure.value).toContainEqual({ function: 'audit', busy: 2 });
});

test('while CloudWatch refuses, the last figures stay, and say why no newer ones come', async () => {
  const { flow, time, trouble } = flowOf({ 'Valid critical': [[NOON - MINUTE, 3]] });
  await flow.refresh();
  trouble.error = Object.assign(new Error('not authorized to perform: cloudwatch:GetMetricData'), {
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
  time.now = NOON + MINUTE;

  const news = await flow.refresh();

  expect(news?.figure).toMatchObject({ readAt: NOON, trouble: { kind: 'no-permission' } });
  expect(flow.all().figure.value).toMatchObject([{ lanes: { critical: { valid: 3 } } }]);
});
