import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startAsyncInvocations } from '../../../../packages/local-lambda/lambda/async-invocations.ts';
import type { FunctionSpec } from '../../../../packages/local-lambda/lambda/function-spec.ts';
import type { LambdaHost } from '../../../../packages/local-lambda/lambda/host.ts';
import { throttled } from '../../../../packages/local-lambda/lambda/outcome.ts';

const SPEC: FunctionSpec = {
  name: 'work',
  arn: 'arn:work',
  handler: 'handler.handler',
  codeDirectory: '/code',
  timeoutMs: 3000,
  memoryMb: 128,
  reservedConcurrency: 1,
  logGroup: '/aws/lambda/work',
  deadLetterArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
  variables: {},
  configured: {},
};

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A function that is throttled and then fails as often as told, and a dead-letter queue. */
function failing(times: number, refusals = 0) {
  let refused = 0;
  const ran: string[] = [];
  const dead: unknown[] = [];
  const host: Pick<LambdaHost, 'acquire'> = {
    acquire: async () => ({
      async invoke(payload) {
        refused += 1;
        if (refused <= refusals) return throttled();
        ran.push(payload());
        if (ran.length > times) return { status: 'success', payload: 'null' };
        return { status: 'error', errorType: 'Error', errorMessage: 'no' };
      },
      giveBack: () => {},
    }),
  };
  const sqs = new SQSClient({ region: 'us-east-1' });
  vi.spyOn(sqs, 'send').mockImplementation((command: unknown) => {
    if (command instanceof SendMessageCommand) dead.push(command.input);
  });
  const logged: string[] = [];
  const log = (line: string) => logged.push(line);
  const invocations = startAsyncInvocations(host, { sqs, endpoint: 'http://q' }, log);
  return { ran, dead, invocations, sqs, logged };
}

test('a failed asynchronous invocation is tried again after one and two minutes', async () => {
  const { ran, dead, invocations } = failing(2);
  invocations.invoke(SPEC, '1');
  await vi.advanceTimersByTimeAsync(59_999);
  expect(ran).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(ran).toHaveLength(2);
  expect(invocations.pending()).toBe(1);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(ran).toEqual(['1', '1', '1']);
  expect(invocations.pending()).toBe(0);
  expect(dead).toEqual([]);
});

test('after the third failure the event goes to the dead-letter queue', async () => {
  const { ran, dead, invocations } = failing(9);
  invocations.invoke(SPEC, '{"a":1}');
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ran).toHaveLength(3);
  expect(dead).toMatchObject([
    {
      QueueUrl: 'http://q/000000000000/dead',
      MessageBody: '{"a":1}',
      MessageAttributes: { ErrorMessage: { StringValue: 'no' } },
    },
  ]);
  expect(invocations.pending()).toBe(0);
});

test('nothing is tried again after stop', async () => {
  const { ran, invocations } = failing(9);
  invocations.invoke(SPEC, '1');
  await vi.advanceTimersByTimeAsync(0);
  invocations.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ran).toHaveLength(1);
});

test('being throttled is not an attempt: the event waits in Lambda’s own queue', async () => {
  const { ran, dead, invocations } = failing(2, 50);
  invocations.invoke(SPEC, '1');
  await vi.advanceTimersByTimeAsync(49_999);
  expect(ran).toEqual([]);
  expect(invocations.pending()).toBe(1);
  await vi.advanceTimersByTimeAsync(181_000);
  expect(ran).toEqual(['1', '1', '1']);
  expect(invocations.pending()).toBe(0);
  expect(dead).toEqual([]);
});

test('an event that the dead-letter queue refuses is lost, and the runtime goes on', async () => {
  const { ran, invocations, sqs, logged } = failing(3);
  vi.spyOn(sqs, 'send').mockImplementation(() => Promise.reject(new Error('no such queue')));
  invocations.invoke(SPEC, '1');
  await vi.advanceTimersByTimeAsync(180_000);
  expect(logged.at(-1)).toContain('lost, the dead-letter queue refused it: Error: no such queue');
  expect(invocations.pending()).toBe(0);
  invocations.invoke(SPEC, '2');
  await vi.advanceTimersByTimeAsync(0);
  expect(ran).toEqual(['1', '1', '1', '2']);
});
