/** The console's server on loopback. It serves only its own page. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Machine } from '../../aws/machine.ts';
import { TargetError } from '../../cli/target.ts';
import { CONTENT_SECURITY_POLICY, type PageFile, type PageFiles } from '../contract/page-files.ts';
import { FAILURES, type Failed, ROUTES, TOKEN_PARAMETER } from '../contract/routes.ts';
import { Acts } from './acts-under-way.ts';
import { type Send, streamEvents } from './event-stream.ts';
import { Failure, type Fault, faultOf } from './failure.ts';
import { isApi, refusalOf } from './guard.ts';
import { jsonOf } from './request-body.ts';

/** Handles one route. */
export type Answer =
  | { readonly method: 'GET'; readonly answer: (query: URLSearchParams) => Promise<unknown> }
  | { readonly method: 'POST'; readonly answer: (body: unknown) => Promise<unknown> };

export interface Served {
  readonly page: PageFiles;
  /** By path. */
  readonly answers: Readonly<Record<string, Answer>>;
  /** Starts to send events. The function that it returns ends that. */
  readonly look: (send: Send) => () => void;
  readonly later: Machine['later'];
}

export interface ConsoleServer {
  /** Address with the token, to be opened in a browser. */
  readonly address: string;
  readonly port: number;
  readonly token: string;
  stop(): Promise<void>;
}

/** Responses are never cached or framed, and no referrer is sent to other sites. */
const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};
/** A page holds one stream open, and sends a few requests. */
const CONNECTIONS_MAX = 64;
const TOKEN_BYTES = 32;

/** @param port 0 means a free port */
export async function serveConsole(served: Served, port = 0): Promise<ConsoleServer> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  let gate = { port, token };
  const acts = new Acts();
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    answerRequest({ ...served, acts }, gate, request, response).catch((error: unknown) => {
      fail(response, faultOf(error));
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((cause: Error) => {
    throw new TargetError(`port ${port} cannot be used: ${cause.message}`, { cause });
  });
  gate = { port: (server.address() as AddressInfo).port, token };
  return {
    address: `http://127.0.0.1:${gate.port}/#${TOKEN_PARAMETER}=${token}`,
    ...gate,
    async stop() {
      server.close();
      await acts.end();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answerRequest(
  { page, answers, look, later, acts }: Served & { readonly acts: Acts },
  gate: { readonly port: number; readonly token: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A client that disconnects during a request is not an error.
  request.on('error', () => {});
  const { method = 'GET', headers } = request;
  const { path, query } = targetOf(request.url ?? '/');
  const refusal = refusalOf({ method, path, headers }, gate);
  if (refusal !== undefined) return fail(response, refusal);
  if (!isApi(path)) return sendFile(response, fileAt(page, path));
  if (path === ROUTES.events && method === 'GET') return streamEvents(response, look, later);
  const route = Object.hasOwn(answers, path) ? answers[path] : undefined;
  if (route === undefined) throw new Failure('not-found', 'there is nothing at this path');
  if (route.method !== method) throw new Failure('usage', `this path needs ${route.method}`);
  if (route.method === 'GET') return sendJson(response, 200, await route.answer(query));
  const body = await jsonOf(request);
  await acts.add(async () => sendJson(response, 200, await route.answer(body)));
}

function targetOf(target: string): { path: string; query: URLSearchParams } {
  const [path = '/', ...rest] = target.split('?');
  return { path, query: new URLSearchParams(rest.join('?')) };
}

function fileAt(page: PageFiles, path: string): PageFile {
  const file = page.get(path);
  if (file === undefined) throw new Failure('not-found', 'the page has no such file');
  return file;
}

function sendFile(response: ServerResponse, { contentType, body }: PageFile): void {
  response.writeHead(200, { 'content-type': contentType }).end(body);
}

function fail(response: ServerResponse, { kind, message }: Fault): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, FAILURES[kind], { error: { kind, message } } satisfies Failed);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}
