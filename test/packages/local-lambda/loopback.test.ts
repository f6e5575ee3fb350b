/** A web page in a developer's browser can reach nothing of the local runtime. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDownstream } from '../../../demo/downstream/server.ts';
import {
  type Emulators,
  startEmulators,
} from '../../../packages/local-lambda/emulators/emulators.ts';
import { type Gateway, startGateway } from '../../../packages/local-lambda/gateway.ts';
import { startRuntimeApi } from '../../../packages/local-lambda/lambda/runtime-api.ts';
import {
  type LambdaApi,
  startLambdaApi,
} from '../../../packages/local-lambda/lambda-api/lambda-api.ts';
import { refusalOf } from '../../../packages/local-lambda/loopback.ts';
import { startRelay } from '../../../packages/local-lambda/relay.ts';
import {
  type SecretsManager,
  startSecretsManager,
} from '../../../packages/local-lambda/secrets.ts';

const LIST_TABLES = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.ListTables',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};
const PAGES = [
  ['a page', { origin: 'https://evil.example' }],
  ['a file, or a frame without origin', { origin: 'null' }],
  ['a page of another port on this machine', { origin: 'http://127.0.0.1:1' }],
  ['an image in a page', { 'sec-fetch-site': 'cross-site' }],
  ['a script in a page of this machine', { 'sec-fetch-site': 'same-site' }],
  ['a page whose name resolves to this machine', { host: 'evil.example:4566' }],
  ['a name that only begins like this machine', { host: 'localhost.evil.example' }],
  ['a name that only ends like it', { host: 'evillocalhost' }],
  ['an address that only begins like it', { host: '127.0.0.1.evil.example' }],
  ['all addresses', { host: '0.0.0.0:4566' }],
] as const;

async function ask(
  endpoint: string,
  headers: Record<string, string>,
  method = 'POST',
  path = '/',
): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
  const req = request(endpoint + path, { method, headers });
  req.end(method === 'POST' ? '{}' : undefined);
  const [answer] = (await once(req, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, body: await text(answer), headers: answer.headers };
}

let emulators: Emulators;
let lambda: LambdaApi;
let secrets: SecretsManager;
let gateway: Gateway;
beforeAll(async () => {
  emulators = await startEmulators(undefined);
  lambda = await startLambdaApi();
  secrets = await startSecretsManager(new Map([['arn:a', 'value']]));
  const others = { lambda: lambda.endpoint, secretsmanager: secrets.endpoint };
  gateway = await startGateway({ ...emulators.endpoints, ...others }, 0);
});
afterAll(async () => {
  await gateway.stop();
  await secrets.stop();
  await lambda.stop();
  await emulators.stop();
});

describe('the gateway', () => {
  test.each([...PAGES])('lists no tables to %s', async (_, headers) => {
    const {
      status,
      body,
      headers: said,
    } = await ask(gateway.endpoint, {
      ...LIST_TABLES,
      ...headers,
    });
    expect(status).toBe(403);
    expect(body).toMatch(/^refused: /);
    expect(Object.keys(said).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('allows no preflight of a page, and no act by an address alone', async () => {
    const page = { origin: 'https://evil.example' };
    const preflight = { ...page, 'access-control-request-method': 'POST' };
    expect((await ask(gateway.endpoint, preflight, 'OPTIONS')).status).toBe(403);
    const image = { 'sec-fetch-site': 'cross-site' };
    const path =
      '/?Action=ListQueues&X-Amz-Credential=test%2F20260101%2Fus-east-1%2Fsqs%2Faws4_request';
    expect((await ask(gateway.endpoint, image, 'GET', path)).status).toBe(403);
  });

  test.each([
    ['a program', {}],
    ['a program that names the machine', { host: 'localhost:4566' }],
    ['a person who typed the address', { 'sec-fetch-site': 'none' }],
  ])('answers %s', async (_, headers) => {
    const { status, body } = await ask(gateway.endpoint, { ...LIST_TABLES, ...headers });
    expect({ status, body }).toEqual({ status: 200, body: '{"TableNames":[]}' });
  });

  test('survives an address that cannot be decoded', async () => {
    expect((await ask(gateway.endpoint, {}, 'GET', '/%')).status).toBeGreaterThanOrEqual(400);
    expect((await ask(gateway.endpoint, LIST_TABLES)).status).toBe(200);
  });
});

test('servers behind it, which a page may find by trying ports, refuse pages too', async () => {
  const fhir = await startDownstream();
  const relay = await startRelay(emulators.endpoints.sqs, async (_, res) => void res.end());
  const runtimeApi = await startRuntimeApi();
  const { address } = runtimeApi.register('environment', () => {});
  const servers = {
    ...emulators.endpoints,
    lambda: lambda.endpoint,
    secrets: secrets.endpoint,
    fhir: new URL(fhir.endpoint).origin,
    relay: relay.endpoint,
    runtimeApi: new URL(`http://${address}`).origin,
  };
  for (const [name, endpoint] of Object.entries(servers)) {
    for (const [who, headers] of PAGES) {
      const { status } = await ask(endpoint, { ...LIST_TABLES, ...headers });
      expect(status, `${name}: ${who}`).toBe(403);
    }
  }
  expect(Object.keys(servers).length).toBeGreaterThan(6);
  await runtimeApi.stop();
  await relay.stop();
  await fhir.stop();
});

test('a request without a host is refused', () => {
  expect(refusalOf({})).toContain('is not this machine');
});

test.each([
  '127.0.0.1',
  '127.0.0.1:4566',
  'localhost',
  'LOCALHOST:1',
  '[::1]:80',
  'b.localhost:4566',
])('the host %s is this machine', (host) => {
  expect(refusalOf({ host })).toBeUndefined();
  expect(
    refusalOf({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }),
  ).toBeUndefined();
});
