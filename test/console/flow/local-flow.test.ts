import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { LocalFlow } from '../../../console/flow/local-flow.ts';

const NOON = Date.UTC(2026, 10, 29, 12);
const MINUTE = 60_000;

/** In place of the runtime of `npm start`: functions print what the tests write to it. */
const asked: ServerResponse[] = [];
const runtime = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  asked.push(response);
});

beforeAll(async () => {
  await once(runtime.listen(0, '127.0.0.1'), 'listening');
  const { port } = runtime.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
});
afterAll(() => {
  vi.unstubAllEnvs();
  runtime.close();
});

/** As a function prints it for a batch of two valid messages. */
function valid(at: number): string {
  const CloudWatchMetrics = [
    { Namespace: 'fhir-failsafe', Dimensions: [['lane']], Metrics: [{ Name: 'Valid' }] },
  ];
  const line = { _aws: { Timestamp: at, CloudWatchMetrics }, lane: 'background', Valid: 2 };
  return `${JSON.stringify({ functionName: 'validate', line: JSON.stringify(line) })}\n`;
}

test('shows a page what happened before it was opened, and forgets what is old', async () => {
  const time = { now: NOON };
  const flow = new LocalFlow(() => time.now);
  const times = () => flow.all().figure.value?.map(({ at }) => at);
  await vi.waitUntil(() => asked.length === 1);
  asked[0]?.write(valid(NOON));
  await vi.waitUntil(() => times()?.length === 1);
  expect(flow.all().figure.value).toMatchObject([
    { at: NOON, lanes: { background: { valid: 2 } } },
  ]);

  time.now += 11 * MINUTE;
  asked[0]?.write(valid(time.now));
  await vi.waitUntil(() => times()?.includes(time.now));
  expect(times()).toEqual([time.now]);
  expect((await flow.refresh())?.figure.value).toMatchObject([{ at: time.now }]);

  flow.stop();
  await vi.waitUntil(() => asked[0]?.closed);
  expect(flow.all().figure.trouble).toBeUndefined();
  expect(asked).toHaveLength(1);
});
