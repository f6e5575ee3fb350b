/**
 * A stand-in for the FHIR server downstream, on loopback: stores what is PUT, with versions, and can
 * be made slow, failing or dead, so that anyone can watch the breaker. Nothing survives its end.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { MODE_HEADER, MODE_PATH, MODES, type Mode } from './control.ts';

export interface Held {
  readonly version: number;
  readonly body: string;
}

export interface Downstream {
  /** The base URL for FHIR. */
  readonly endpoint: string;
  /** What it holds, by `<type>/<id>`. */
  readonly resources: ReadonlyMap<string, Held>;
  /** Calls so far, by what became of them. */
  readonly counts: Readonly<Record<Mode, number>>;
  /** Told of each body that was stored. */
  onStored: (key: string, body: string) => void;
  setMode(mode: Mode): void;
  stop(): Promise<void>;
}

export interface DownstreamOptions {
  /** A free one unless given. */
  readonly port?: number;
  /** How long a slow call takes. */
  readonly slowMs?: number;
}

const SLOW_MS = 10_000;
const BASE = '/fhir/';
export async function startDownstream(options: DownstreamOptions = {}): Promise<Downstream> {
  const resources = new Map<string, Held>();
  const counts: Record<Mode, number> = { ok: 0, slow: 0, fail: 0, stop: 0 };
  let mode: Mode = 'ok';
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    if (path === MODE_PATH) return control(request, response);
    counts[mode] += 1;
    if (mode === 'stop') {
      request.socket.destroy();
      return;
    }
    if (mode === 'fail') return say(response, 503, 'made to fail');
    if (mode === 'slow') await wait(options.slowMs ?? SLOW_MS, undefined, { ref: false });
    return store(path, request, response);
  }

  async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'PUT') {
      const wanted = MODES.find((each) => each === request.headers[MODE_HEADER]);
      if (wanted === undefined) return say(response, 400, `a mode is one of ${MODES.join(', ')}`);
      mode = wanted;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ mode, counts, resources: resources.size }));
  }

  async function store(path: string, request: IncomingMessage, response: ServerResponse) {
    const key = path.slice(BASE.length);
    if (request.method !== 'PUT' || !path.startsWith(BASE) || !/^\w+\/[\w.-]+$/.test(key)) {
      return say(response, 404, 'only PUT [base]/[type]/[id]');
    }
    const body = await text(request);
    const held = resources.get(key);
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== etag(held?.version ?? 0)) {
      return say(response, 412, 'another version is here');
    }
    const version = (held?.version ?? 0) + 1;
    resources.set(key, { version, body });
    downstream.onStored(key, body);
    response.writeHead(held === undefined ? 201 : 200, { etag: etag(version) }).end();
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const downstream: Downstream = {
    endpoint: `http://127.0.0.1:${port}${BASE.slice(0, -1)}`,
    resources,
    counts,
    onStored: () => {},
    setMode: (wanted) => {
      mode = wanted;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return downstream;
}

function etag(version: number): string {
  return `W/"${version}"`;
}

function say(response: ServerResponse, status: number, diagnostics: string): void {
  const issue = [{ severity: 'error', code: 'processing', diagnostics }];
  response.writeHead(status, { 'content-type': 'application/fhir+json' });
  response.end(JSON.stringify({ resourceType: 'OperationOutcome', issue }));
}
