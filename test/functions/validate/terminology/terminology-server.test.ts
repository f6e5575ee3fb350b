import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeSecrets } from '../../../../aws/clients.ts';
import { TerminologyServer } from '../../../../functions/validate/terminology/terminology-server.ts';
import { ENV } from '../../../../telemetry/env-names.ts';

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

const QUESTION = { valueSet: 'http://vs', coding: { system: 'http://s', code: 'c' } };
const YES = '{"resourceType":"Parameters","parameter":[{"name":"result","valueBoolean":true}]}';

/** Acts as the terminology server, and on every other path as Secrets Manager. */
let server: Server;
let received: Received[];
let secretsRead: number;
let status: number;
/** Connections that were used are lost, as while the environment is frozen. */
let losesUsed: boolean;
let used: WeakSet<Socket>;

let base: string;
beforeEach(async () => {
  received = [];
  secretsRead = 0;
  status = 200;
  losesUsed = false;
  used = new WeakSet();
  server = createServer(async (request, response) => {
    const { url, headers, socket } = request;
    if (losesUsed && used.has(socket)) return socket.resetAndDestroy();
    used.add(socket);
    const body = await json(request);
    if (url?.startsWith('/r4/')) {
      received.push({ url, headers, body });
      response.writeHead(status, { 'retry-after': '7' }).end(YES);
    } else {
      secretsRead += 1;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ SecretString: ` token-${secretsRead}\n` }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', base);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

async function load() {
  const arn = process.env[ENV.terminologyTokenArn];
  const server = new TerminologyServer({
    endpoint: `${base}/r4`,
    token: arn === undefined ? undefined : { arn, secrets: makeSecrets() },
    fetch,
    now: Date.now,
  });
  return () => server.ask(QUESTION, AbortSignal.timeout(5_000));
}

test('only the coding and its value set are sent', async () => {
  const ask = await load();
  expect(await ask()).toBe('in-set');
  expect(received).toMatchObject([
    {
      url: '/r4/ValueSet/$validate-code',
      body: {
        parameter: [
          { name: 'url', valueUri: 'http://vs' },
          { name: 'coding', valueCoding: QUESTION.coding },
        ],
      },
    },
  ]);
  expect(received[0]?.headers.authorization).toBeUndefined();
});

test.each([401, 403])(
  'the token of the secret is sent; after a %i it is read again',
  async (failed) => {
    vi.stubEnv(ENV.terminologyTokenArn, 'arn:aws:secretsmanager:us-east-1:000000000000:secret:t');
    const ask = await load();
    await ask();
    status = failed;
    await expect(ask()).rejects.toThrow(`answered ${failed}`);
    status = 200;
    await ask();
    const tokens = received.map(({ headers }) => headers.authorization);
    expect(tokens).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  },
);

test.each([
  [503, true],
  [307, false],
  [429, true],
  [401, false],
])(
  'status %i is a failure, and the server says when to call again: %j',
  async (failed, isHeeded) => {
    const ask = await load();
    status = failed;
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'NoAnswer', callOutcome: { outcome: 'failure' } });
    const { retryAt } = (error as { callOutcome: { retryAt?: number } }).callOutcome;
    expect(retryAt !== undefined).toBe(isHeeded);
  },
);

test('R10: a server that no longer knows an idle connection has not failed', async () => {
  losesUsed = true;
  const ask = await load();
  for (let asked = 0; asked < 3; asked += 1) expect(await ask()).toBe('in-set');
  expect(received).toHaveLength(3);
});
