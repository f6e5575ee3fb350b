import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { HttpResponse } from '@smithy/core/protocols';
import { beforeEach, expect, test, vi } from 'vitest';
import { makeDynamo } from '../../aws/clients.ts';
import { takeThrottles } from '../../telemetry/throttle-count.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'nothing');
  takeThrottles();
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

test('each try that a service throttles counts, also where the next one succeeds', async () => {
  await refusing(2, 'ThrottlingException').send(read);

  expect(takeThrottles()).toBe(2);
  expect(takeThrottles()).toBe(0);
});

test('another refusal is no throttle', async () => {
  const call = refusing(1, 'ValidationException').send(read);

  await expect(call).rejects.toMatchObject({ $metadata: { attempts: 1 } });
  expect(takeThrottles()).toBe(0);
});
