import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FunctionSpec, functionSpecs } from '../../../local/lambda/function-spec.ts';
import { type LambdaHost, startLambdaHost } from '../../../local/lambda/host.ts';
import type { Outcome } from '../../../local/lambda/outcome.ts';
import {
  type LogLine,
  openPlatformLog,
  type PlatformLog,
} from '../../../local/lambda/platform-log.ts';
import { isAlive } from '../support/processes.ts';
import { writeHandler } from '../support/tiny-assembly.ts';

const ENVIRONMENTS_MAX = 2;

let folder: string;
let log: PlatformLog;
let host: LambdaHost;
const lines: LogLine[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-test-'));
  log = await openPlatformLog(join(folder, 'logs'));
  log.listen((line) => lines.push(line));
  host = await startLambdaHost(ENVIRONMENTS_MAX, log);
});

afterAll(async () => {
  await host.stop();
  await log.stop();
  await rm(folder, { recursive: true });
});

async function functionOf(
  name: string,
  source: string,
  properties: { Timeout?: number; MemorySize?: number } = {},
) {
  const codeDirectory = await writeHandler(join(folder, name), source);
  const plan = {
    logicalId: name,
    name,
    codeDirectory,
    properties: {
      Code: {},
      Handler: 'handler.handler',
      Timeout: 5,
      MemorySize: 256,
      Environment: { Variables: { OWN: 'yes' } },
      ...properties,
    },
  };
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const endpoints = { sqs: at(1), dynamodb: at(2), lambda: at(3), secretsmanager: at(4) };
  const spec = functionSpecs([plan], endpoints, join(folder, 'cache')).get(name);
  if (!spec) throw new Error('the plan has one function');
  return spec;
}

async function run(spec: FunctionSpec, payload: string): Promise<Outcome> {
  const lease = await host.acquire('test', 10, spec);
  return lease.invoke(payload);
}

function parsed(outcome: { status: string; payload?: string }): unknown {
  return JSON.parse(outcome.payload ?? 'null');
}

/** The platform's records of a function so far. */
function records(functionName: string): { type: string; record: Record<string, unknown> }[] {
  return lines
    .filter((line) => line.functionName === functionName && line.line.includes('"platform.'))
    .map(({ line }) => JSON.parse(line));
}

describe('the Lambda host', () => {
  test('hands over event and context, and what the function knows is its own', async () => {
    process.env.PARENTS_SECRET = 'secret';
    const spec = await functionOf(
      'echo',
      `await Promise.resolve();
       export const handler = async (event, context) => ({
         event, env: process.env, title: process.title, remaining: context.getRemainingTimeInMillis(),
         context });`,
    );
    const outcome = await run(spec, '{"a":1}');
    delete process.env.PARENTS_SECRET;
    expect(parsed(outcome)).toMatchObject({
      event: { a: 1 },
      title: 'lambda:echo',
      env: {
        OWN: 'yes',
        AWS_LAMBDA_FUNCTION_NAME: 'echo',
        AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
        AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:2',
        AWS_REGION: 'us-east-1',
      },
      context: {
        awsRequestId: expect.stringMatching(/^[\w-]{36}$/),
        functionName: 'echo',
        memoryLimitInMB: '256',
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:echo',
        logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      },
    });
    const { env, remaining } = parsed(outcome) as { env: object; remaining: number };
    expect(env).not.toHaveProperty('PARENTS_SECRET');
    expect(remaining).toBeGreaterThan(3000);
    expect(remaining).toBeLessThanOrEqual(5000);
  });

  test('uses a warm environment again, and says so in the records', async () => {
    const spec = await functionOf('warm', 'let n = 0; export const handler = () => ++n;');
    expect(parsed(await run(spec, '{}'))).toBe(1);
    expect(parsed(await run(spec, '{}'))).toBe(2);
    expect(records('warm').map(({ type }) => type)).toEqual([
      'platform.initStart',
      'platform.initReport',
      'platform.start',
      'platform.runtimeDone',
      'platform.report',
      'platform.start',
      'platform.runtimeDone',
      'platform.report',
    ]);
    const [cold, warm] = records('warm').filter(({ type }) => type === 'platform.report');
    expect(cold?.record).toMatchObject({
      status: 'success',
      metrics: { memorySizeMB: 256, initDurationMs: expect.any(Number) },
    });
    expect(warm?.record.metrics).not.toHaveProperty('initDurationMs');
  });

  test('an exception is the invocation’s error; the environment lives on', async () => {
    const spec = await functionOf(
      'throwing',
      'let n = 0; export const handler = () => { if (n++ === 0) throw new TypeError("no"); return n; };',
    );
    expect(await run(spec, '{}')).toEqual({
      status: 'error',
      errorType: 'TypeError',
      errorMessage: 'no',
    });
    expect(parsed(await run(spec, '{}'))).toBe(2);
  });

  test.each([
    ['exits', 'process.exit(3)', 'Runtime.ExitError', 'Runtime exited with error: exit status 3'],
    [
      'exits with 0',
      'process.exit(0)',
      'Runtime.ExitError',
      'Runtime exited without providing a reason',
    ],
    [
      'is killed',
      'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})',
      'Runtime.ExitError',
      'Runtime exited with error: signal: kill',
    ],
    [
      'rejects unheard',
      'Promise.reject(new Error("x")); await new Promise(() => {})',
      'Runtime.UnhandledPromiseRejection',
      'Error: x',
    ],
    [
      'throws in a timer',
      'setTimeout(() => { throw new RangeError("late") }); await new Promise(() => {})',
      'RangeError',
      'late',
    ],
  ])(
    'a function that %s loses its environment and gets a new one',
    async (how, code, errorType, errorMessage) => {
      const name = how.replaceAll(' ', '-');
      const spec = await functionOf(
        name,
        `export const handler = async (event) => { if (event.die) { ${code} } return process.pid; };`,
      );
      const before = parsed(await run(spec, '{}'));
      expect(await run(spec, '{"die":true}')).toEqual({
        status: 'error',
        errorType,
        errorMessage,
      });
      expect(records(name).at(-1)).toMatchObject({
        type: 'platform.report',
        record: { status: 'error', errorType },
      });
      const after = parsed(await run(spec, '{}'));
      expect(after).not.toBe(before);
      expect(isAlive(Number(before))).toBe(false);
    },
  );

  test('a function that hangs is killed at its timeout', async () => {
    const spec = await functionOf('hanging', 'export const handler = () => { for (;;); };', {
      Timeout: 1,
    });
    const startedAt = performance.now();
    expect(await run(spec, '{}')).toEqual({
      status: 'timeout',
      errorType: 'Sandbox.Timedout',
      errorMessage: 'Task timed out after 1.00 seconds',
    });
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(records('hanging').at(-1)?.record).toMatchObject({ status: 'timeout' });
  });

  test('a function that outgrows its memory is killed', async () => {
    const spec = await functionOf(
      'growing',
      `export const handler = async () => {
         const kept = [];
         for (;;) {
           kept.push(Buffer.alloc(8 << 20, 1));
           await new Promise((resolve) => setTimeout(resolve, 5));
         }
       };`,
      { Timeout: 20 },
    );
    expect(await run(spec, '{}')).toMatchObject({
      status: 'error',
      errorType: 'Runtime.OutOfMemory',
    });
    const report = records('growing').at(-1)?.record;
    expect(report).toMatchObject({
      errorType: 'Runtime.OutOfMemory',
      metrics: { memorySizeMB: 256 },
    });
  });

  test.each([
    [
      'throws while loading',
      'throw new SyntaxError("bad"); export const handler = 1;',
      'SyntaxError',
    ],
    ['exits while loading', 'process.exit(1); export const handler = 1;', 'Runtime.ExitError'],
    ['exports no handler', 'export const other = 1;', 'Runtime.HandlerNotFound'],
  ])(
    'a function that %s fails its invocation and is initialized anew',
    async (how, source, errorType) => {
      const name = how.replaceAll(' ', '-');
      const spec = await functionOf(name, source);
      expect(await run(spec, '{}')).toMatchObject({ status: 'error', errorType });
      expect(records(name).map(({ type, record }) => [type, record.status])).toEqual([
        ['platform.initStart', undefined],
        ['platform.initReport', 'error'],
        ['platform.start', undefined],
        ['platform.runtimeDone', 'error'],
        ['platform.report', 'error'],
      ]);
      expect(records(name)[1]?.record).not.toHaveProperty('requestId');
    },
  );

  test('its own lines stand in its log', async () => {
    const spec = await functionOf('talking', 'export const handler = () => console.log("spoken");');
    await run(spec, '{}');
    await expect
      .poll(() => readFile(join(folder, 'logs', 'talking.log'), 'utf8'))
      .toContain('spoken\n');
  });

  test('never more environments live than the bound: the longest idle one makes room', async () => {
    const specs = await Promise.all(
      ['one', 'two', 'three'].map((name) =>
        functionOf(name, 'export const handler = () => process.pid;'),
      ),
    );
    for (const spec of specs) await run(spec, '{}');
    await expect
      .poll(() => host.environments().map(({ functionName }) => functionName))
      .toEqual(['two', 'three']);
  });
});
