/** The command `console` in a process of its own, at an endpoint that does not answer. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hasRuntime } from '../../cli/local/ask.ts';
import { ROUTES, TOKEN_HEADER } from '../../console/contract/routes.ts';
import { startHttpServer } from '../support/http-server.ts';
import { setVariables } from '../support/set-variables.ts';

/** Less than the SDK and `fetch` wait for an answer. */
const timeout = 20_000;
const MAIN = join(import.meta.dirname, '../../cli/main.ts');

test('Ctrl-C ends a console that still waits for its endpoint', { timeout }, async () => {
  const asked = Promise.withResolvers<void>();
  const endpoint = await endpointOf(() => asked.resolve());
  const child = consoleAt(endpoint);
  await asked.promise;
  expect(await interrupted(child)).toEqual([null, 'SIGINT']);
});

test('R61: Ctrl-C ends a console whose reads are not answered', { timeout }, async () => {
  const read = Promise.withResolvers<void>();
  const endpoint = await endpointOf((request, response) => {
    // There is no `npm start`; the services of AWS never answer.
    if (request.method === 'GET') response.writeHead(404).end();
    else read.resolve();
  });
  const child = consoleAt(endpoint);
  const [line] = await once(child.stdout ?? child, 'data');
  const { origin, hash } = new URL(String(line).trim());
  const headers = { [TOKEN_HEADER]: hash.replace('#token=', '') };
  const events = await fetch(new URL(ROUTES.events, origin), { headers });
  expect(events.status).toBe(200);
  await read.promise;
  expect(await interrupted(child)).toEqual([0, null]);
});

test('an endpoint that never answers is no npm start', async () => {
  const endpoint = await endpointOf(() => {});
  onTestFinished(setVariables({ AWS_ENDPOINT_URL: endpoint }));
  expect(await hasRuntime(50)).toBe(false);
});

async function endpointOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = await startHttpServer(answer);
  onTestFinished(server.stop);
  return server.base;
}

function consoleAt(endpoint: string): ChildProcess {
  const env = {
    ...{ PATH: process.env['PATH'], AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'us-east-1' },
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  };
  const child = spawn(process.execPath, [MAIN, 'console'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Its status and signal. */
async function interrupted(child: ChildProcess): Promise<unknown[]> {
  child.kill('SIGINT');
  return once(child, 'exit');
}
