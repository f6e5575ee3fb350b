import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parsed, useLambdaHost } from '../support/lambda-host.ts';

const { functionOf, run, records, logOf, environments } = useLambdaHost(2);

describe('the Lambda host', () => {
  test('passes event and context, and only the function’s own variables', async () => {
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

  test('writes the function’s own lines to its log', async () => {
    const spec = await functionOf('talking', 'export const handler = () => console.log("spoken");');
    await run(spec, '{}');
    await expect.poll(() => readFile(logOf('talking'), 'utf8')).toContain('spoken\n');
  });

  test('keeps no more environments than the limit: the one that was idle longest makes room', async () => {
    const specs = await Promise.all(
      ['one', 'two', 'three'].map((name) =>
        functionOf(name, 'export const handler = () => process.pid;'),
      ),
    );
    for (const spec of specs) await run(spec, '{}');
    await expect
      .poll(() => environments().map(({ functionName }) => functionName))
      .toEqual(['two', 'three']);
  });
});
