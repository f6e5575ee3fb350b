import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { HttpResponse } from '@smithy/core/protocols';
import { beforeEach, expect, test, vi } from 'vitest';
import { makeDynamo } from '../../aws/clients.ts';
import { withThrottleCount } from '../../telemetry/throttle-count.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'nothing');
  return () => vi.unstubAllEnvs();
});

/** DynamoDB that refuses this many tries with an error, and then has no such item. */
function refusing(tries: number, error: string) {
  const client = makeDynamo({ maxAttempts: 4, connectMs: 1_000, requestMs: 1_000 });
  let left = tries;
  client.config.requestHandler.handle = async () => {
    left -= 1;
    const isRefused = left >= 0;
    const body = Buffer.from(isRefused ? JSON.stringify({ __type: error }) : '{}');
    const headers = { 'content-type': 'application/x-amz-json-1.0' };
    return {
      response: new HttpResponse({ statusCode: isRefused ? 400 : 200, headers, body }),
    };
  };
  return client;
}

const read = new GetCommand({ TableName: 'table', Key: { pk: 'one' } });

/** What an invocation with one call counts. The error of the call, if it fails. */
async function counted(tries: number, error: string) {
  const told: number[] = [];
  const invocation = () => refusing(tries, error).send(read);
  const failed = await withThrottleCount(invocation, (count) => told.push(count)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { told, failed };
}

test('each try that a service throttles counts, also where the next one succeeds', async () => {
  expect(await counted(2, 'ThrottlingException')).toEqual({ told: [2], failed: undefined });
});

test('another refusal is no throttle', async () => {
  const { told, failed } = await counted(1, 'ValidationException');
  expect(told).toEqual([0]);
  expect(failed).toMatchObject({ $metadata: { attempts: 1 } });
});
