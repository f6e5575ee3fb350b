/** Serves the page as the real server does, with a fake stage behind it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FlowNews } from '../../../../console/contract/flow.ts';
import {
  CONTENT_SECURITY_POLICY,
  type PageFiles,
} from '../../../../console/contract/page-files.ts';
import { API, FAILURES, ROUTES, TOKEN_HEADER } from '../../../../console/contract/routes.ts';
import { acted, asked, Refusal } from './fake-answers.ts';
import { type FakeStage, snapshotOf } from './fake-stage.ts';

const TOKEN = 'secret-of-the-test';
const FLOW_KEPT_MS = 600_000;
const STEP_MS = 1_000;

export interface FakeServer {
  /** With the token. */
  readonly address: string;
  readonly origin: string;
  /** Closes all streams; answers 401 from then on if `refuse` is set. */
  readonly cut: (refuse?: boolean) => void;
  readonly bye: (message: string) => void;
  readonly close: () => Promise<void>;
}

export async function startFakeServer(files: PageFiles, stage: FakeStage): Promise<FakeServer> {
  const streams = new Set<ServerResponse>();
  let isRefusing = false;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    if (!pathname.startsWith(API)) return sendFile(response, files, pathname);
    if (isRefusing || request.headers[TOKEN_HEADER] !== TOKEN) {
      return sendJson(response, 401, {
        error: { kind: 'token', message: 'Another token is needed.' },
      });
    }
    if (pathname === ROUTES.events) return stream(response, stage, streams);
    void answer(request, response, stage, pathname, Object.fromEntries(searchParams));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    address: `${origin}/#token=${TOKEN}`,
    cut: (refuse = false) => {
      isRefusing = refuse;
      for (const response of streams) response.destroy();
    },
    bye: (message) => {
      for (const response of streams) tell(response, 'bye', { message });
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function sendFile(response: ServerResponse, files: PageFiles, path: string): void {
  const file = files.get(path) ?? files.get('/');
  response.writeHead(200, {
    'content-type': file?.contentType ?? 'text/plain',
    'content-security-policy': CONTENT_SECURITY_POLICY,
  });
  response.end(file?.body);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  stage: FakeStage,
  path: string,
  query: Record<string, string>,
): Promise<void> {
  try {
    if (request.method === 'GET') return sendJson(response, 200, asked(stage, path, query));
    const body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
    sendJson(response, 200, acted(stage, path, body as never));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { kind, message } = error;
    sendJson(response, FAILURES[kind], { error: { kind, message } });
  }
}

function tell(response: ServerResponse, name: string, data: unknown): void {
  response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

function stream(response: ServerResponse, stage: FakeStage, streams: Set<ServerResponse>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  streams.add(response);
  tell(response, 'hello', { ...stage.hello, now: stage.now() });
  let told = Math.floor((stage.now() - FLOW_KEPT_MS) / STEP_MS) * STEP_MS;
  let runs = '';
  const round = () => {
    if (stage.silent) return;
    tell(response, 'snapshot', snapshotOf(stage));
    const until = Math.floor(stage.now() / STEP_MS) * STEP_MS;
    tell(response, 'flow', flowBetween(stage, told, until));
    told = until;
    if (JSON.stringify(stage.runs) === runs) return;
    runs = JSON.stringify(stage.runs);
    tell(response, 'runs', stage.runs);
  };
  round();
  const timer = setInterval(round, stage.hello.everyMs);
  response.on('close', () => {
    clearInterval(timer);
    streams.delete(response);
  });
}

/** Whole steps only. */
function flowBetween(stage: FakeStage, from: number, until: number): FlowNews {
  const now = stage.now();
  const steps = Array.from(
    { length: (until - from) / STEP_MS },
    (_, step) => from + step * STEP_MS,
  );
  const figure = { value: steps.map((at) => stage.flow(at)), readAt: now };
  return { now, stepMs: STEP_MS, keptMs: FLOW_KEPT_MS, figure };
}
