/** What drills do to a stage, on the local runtime with a queue and the function that reads it. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeLambdaAt } from '../../aws/lambda-clients.ts';
import { depthsOf } from '../../aws/queue-depths.ts';
import { MetricRecords } from '../../gameday/metric-records.ts';
import { StageLambda } from '../../gameday/stage-lambda.ts';
import { StageQueues } from '../../gameday/stage-queues.ts';
import { createClients, destroyClients } from '../../packages/local-lambda/clients.ts';
import { type Runtime, startRuntime } from '../../packages/local-lambda/runtime.ts';
import { clientConfig } from '../packages/local-lambda/support/queue-client.ts';
import { consumer, writeAssembly } from '../packages/local-lambda/support/tiny-assembly.ts';

const HANDLER = `import { existsSync } from 'node:fs';
export const handler = async (event) => {
  if (event.until) {
    console.log(JSON.stringify({ waits: event.until }));
    while (!existsSync(event.until)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const [record] = event.Records ?? [];
  if (record) console.log(JSON.stringify({ got: record.body, attributes: record.messageAttributes }));
};`;
const QUEUE = 'read';
const FUNCTION = 'read-function';

const got: { got: string; attributes: unknown }[] = [];
let isWaiting = false;
const records = new MetricRecords();
let runtime: Runtime;
let clients: ReturnType<typeof createClients>;
let client: ReturnType<typeof makeLambdaAt>;
let dispose: () => Promise<void>;
let queues: StageQueues;
let lambda: StageLambda;

beforeAll(async () => {
  const mapping = { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } };
  const assembly = await writeAssembly({
    resources: consumer('read', mapping, { function: { ReservedConcurrentExecutions: 1 } }),
    handlers: { read: HANDLER },
  });
  dispose = assembly.dispose;
  runtime = await startRuntime({
    assembly: assembly.directory,
    environmentsMax: 4,
    onLogLine({ line }) {
      if (line.startsWith('{"got"')) got.push(JSON.parse(line));
      if (line.startsWith('{"waits"')) isWaiting = true;
    },
  });
  clients = createClients(runtime.endpoints);
  client = makeLambdaAt(clientConfig(runtime));
  queues = new StageQueues(clients.sqs, runtime.queueUrl);
  lambda = new StageLambda(client, records);
});
afterAll(async () => {
  client.destroy();
  destroyClients(clients);
  await runtime.stop();
  await dispose();
});

test('a message stays while nobody reads, counts as received more often, and is read afterwards', async () => {
  const readAgain = await lambda.stopReading(QUEUE);
  await queues.send(QUEUE, 'left alone', { of: 'a drill' });
  expect(await queues.depthOf(QUEUE)).toBe(1);
  const seen = await queues.receiveAgain(QUEUE);
  expect(Number(seen.Attributes?.ApproximateReceiveCount)).toBeGreaterThan(3);

  await lambda.handOver(QUEUE, seen);
  const message = {
    got: 'left alone',
    attributes: { of: expect.objectContaining({ stringValue: 'a drill' }) },
  };
  await expect.poll(() => got).toEqual([message]);

  await readAgain();
  await expect.poll(() => got).toEqual([message, message]);
  // It is deleted once the function has ended, which logs before: the function may run only once at a time.
  const depths = () => depthsOf({ sqs: clients.sqs, url: runtime.queueUrl(QUEUE) });
  await expect.poll(depths).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
});

test('what Lambda refuses is recorded as throttled', async () => {
  const until = join(await mkdtemp(join(tmpdir(), 'gameday-stage-')), 'over');
  const running = lambda.invoke(FUNCTION, { until });
  await expect.poll(() => isWaiting).toBe(true);
  await lambda.invoke(FUNCTION);
  expect(records.all).toMatchObject([
    { namespace: 'AWS/Lambda', name: 'Throttles', dimensions: { FunctionName: FUNCTION } },
  ]);
  await writeFile(until, '');
  await running;
});
