import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../../../../packages/local-lambda/runtime.ts';
import { clientConfig, queueClient } from '../support/queue-client.ts';
import { consumer, writeAssembly } from '../support/tiny-assembly.ts';

const SLOW = `export const handler = async (event) => {
  const bodies = event.Records.map((record) => record.body);
  console.log(JSON.stringify({ got: bodies }));
  await new Promise((resolve) => setTimeout(resolve, 700));
  console.log(JSON.stringify({ done: bodies }));
};`;
const ECHO = `import { existsSync } from 'node:fs';
export const handler = async (event) => {
  if (event.until) {
    console.log(JSON.stringify({ got: [event.until] }));
    while (!existsSync(event.until)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (event.die) process.exit(3);
  if (event.fault) throw new TypeError('no such thing');
  return { echo: event };
};`;

const said: { got?: string[]; done?: string[] }[] = [];
let echoing: string | undefined;
let runtime: Runtime;
let queues: ReturnType<typeof queueClient>;
let lambda: LambdaClient;
let dispose: () => Promise<void>;

beforeAll(async () => {
  const assembly = await writeAssembly({
    resources: {
      ...consumer('slow', { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 4 } }),
      ...consumer('echo', {}, { function: { ReservedConcurrentExecutions: 1 } }),
      ...consumer('born', { Enabled: false }),
    },
    handlers: { slow: SLOW, echo: ECHO, born: ECHO },
    outputs: { SlowMapping: { Value: { Ref: 'slowMapping' } } },
  });
  dispose = assembly.dispose;
  runtime = await startRuntime({
    assembly: assembly.directory,
    environmentsMax: 4,
    onLogLine({ functionName, line }) {
      // The platform's own records are in the same log.
      const own = /^\{"(got|done)"/.test(line);
      if (own && functionName === 'slow-function') said.push(JSON.parse(line));
      if (own && functionName === 'echo-function') echoing = line;
    },
  });
  queues = queueClient(runtime);
  lambda = new LambdaClient({ ...clientConfig(runtime), maxAttempts: 1 });
});

afterAll(async () => {
  lambda.destroy();
  await runtime.stop();
  await dispose();
});

const uuid = () => runtime.outputs['SlowMapping'] ?? '';
const update = (change: { Enabled?: boolean; ScalingConfig?: { MaximumConcurrency?: number } }) =>
  lambda.send(new UpdateEventSourceMappingCommand({ UUID: uuid(), ...change }));
const state = async (id = uuid()) =>
  (await lambda.send(new GetEventSourceMappingCommand({ UUID: id }))).State;

async function invoke(functionName: string, payload: object) {
  const command = new InvokeCommand({
    FunctionName: functionName,
    Payload: JSON.stringify(payload),
  });
  const answer = await lambda.send(command);
  return { ...answer, payload: JSON.parse(answer.Payload?.transformToString() ?? 'null') };
}

describe('the local Lambda API: event source mappings', () => {
  test('the Ref of a mapping in the template is its UUID, which lists and gets it', async () => {
    const byFunction = new ListEventSourceMappingsCommand({ FunctionName: 'slow-function' });
    const { EventSourceMappings: listed = [] } = await lambda.send(byFunction);
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({
      UUID: uuid(),
      EventSourceMappingArn: `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${uuid()}`,
      EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:slow',
      FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:slow-function',
      ScalingConfig: { MaximumConcurrency: 4 },
      BatchSize: 1,
      State: 'Enabled',
      LastModified: expect.any(Date),
    });
    const pages = [];
    let Marker: string | undefined;
    do {
      const page = await lambda.send(
        new ListEventSourceMappingsCommand({ MaxItems: 1, ...(Marker ? { Marker } : {}) }),
      );
      pages.push(...(page.EventSourceMappings ?? []));
      Marker = page.NextMarker;
    } while (Marker);
    expect(pages.map(({ State }) => State)).toEqual(['Enabled', 'Enabled', 'Disabled']);
  });

  test('a disabled mapping stops polling while messages in flight end; enabled, it continues', async () => {
    said.length = 0;
    await queues.send('slow', ['running']);
    await expect.poll(() => said).toContainEqual({ got: ['running'] });
    expect((await update({ Enabled: false })).State).toBe('Disabling');
    await expect(update({ Enabled: true })).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    await expect.poll(() => state()).toBe('Disabled');
    await queues.send('slow', ['waits', 'waits too']);
    await expect.poll(() => said).toContainEqual({ done: ['running'] });
    await expect.poll(() => runtime.inFlight()).toBe(0);
    expect(await queues.count('slow')).toBe(2);

    expect((await update({ Enabled: true })).State).toBe('Enabling');
    await expect.poll(() => queues.count('slow')).toBe(0);
    expect(await state()).toBe('Enabled');
    const got = said.flatMap((line) => line.got ?? []);
    expect(got.toSorted()).toEqual(['running', 'waits', 'waits too']);
    await expect.poll(() => said.filter(({ done }) => done)).toHaveLength(3);
  });

  test('its maximum concurrency can be changed while it runs, and is enforced', async () => {
    said.length = 0;
    expect((await update({ ScalingConfig: { MaximumConcurrency: 2 } })).State).toBe('Updating');
    await expect.poll(() => state()).toBe('Enabled');
    await queues.send('slow', ['1', '2', '3', '4', '5', '6']);
    await expect.poll(() => queues.count('slow')).toBe(0);
    let running = 0;
    const atATime = said.map(({ got }) => {
      running += got ? 1 : -1;
      return running;
    });
    expect(Math.max(...atATime)).toBe(2);
    await update({ ScalingConfig: {} });
    await expect.poll(() => state()).toBe('Enabled');
    const command = new GetEventSourceMappingCommand({ UUID: uuid() });
    expect((await lambda.send(command)).ScalingConfig).toEqual({});
  });

  test('a refusal is in Lambda’s own words', async () => {
    await expect(update({ ScalingConfig: { MaximumConcurrency: 1 } })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await expect(state('00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('the local Lambda API: functions', () => {
  test('Invoke returns the function’s answer, or the error that ended it', async () => {
    const answer = await invoke('echo-function', { a: 1 });
    expect(answer).toMatchObject({ StatusCode: 200, payload: { echo: { a: 1 } } });
    expect(answer.FunctionError).toBeUndefined();
    expect(await invoke('echo-function', { fault: true })).toMatchObject({
      FunctionError: 'Unhandled',
      payload: { errorType: 'TypeError', errorMessage: 'no such thing' },
    });
    expect(await invoke('echo-function', { die: true })).toMatchObject({
      FunctionError: 'Unhandled',
      payload: { errorType: 'Runtime.ExitError' },
    });
  });

  test('a function at its reserved concurrency is throttled, and an unknown one is not found', async () => {
    const until = join(await mkdtemp(join(tmpdir(), 'lambda-api-')), 'over');
    const first = invoke('echo-function', { until });
    await expect.poll(() => echoing).toBeDefined();
    await expect(invoke('echo-function', {})).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
    await writeFile(until, '');
    expect(await first).toMatchObject({ StatusCode: 200, payload: { echo: { until } } });
    await expect(invoke('nobody', {})).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('GetFunctionConfiguration returns timeout and memory', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:echo-function';
    const command = new GetFunctionConfigurationCommand({ FunctionName: arn });
    expect(await lambda.send(command)).toMatchObject({ FunctionArn: arn, Timeout: 5 });
  });
});
