/**
 * A stand-in for an external server, on loopback, that can be made slow, failing or dead, so that anyone
 * can watch a breaker. Nothing survives its end.
 *
 * A slow call takes effect at its end, whether or not anybody still waits for the answer: servers do not
 * notice that a client has given up while they wait for a lock.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { MODE_HEADER, MODE_PATH, MODES, type Mode } from '../../cli/downstream/control.ts';
import { PortError } from '../../packages/local-lambda/gateway.ts';
import { guardLoopback } from '../../packages/local-lambda/loopback.ts';

export interface StandIn {
  /** The base URL for FHIR. */
  readonly endpoint: string;
  /** Calls so far, by their result. */
  readonly counts: Readonly<Record<Mode, number>>;
  setMode(mode: Mode): void;
  stop(): Promise<void>;
}

export interface StandInOptions {
  /** A free port by default. */
  readonly port?: number;
  /** How long a slow call takes, up to a minute. */
  readonly slowMs?: number;
  /** Waits this long, in place of the clock's time. */
  readonly wait?: (ms: number) => Promise<unknown>;
}

export interface Call {
  /** The path below the base. */
  readonly path: string;
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What it does when it is healthy. */
export type Serve = (call: Call, response: ServerResponse) => void;

const SLOW_MS = 10_000;
const SLOW_MS_MAX = 60_000;
const BASE = '/fhir/';
/** One call in so many fails in part. */
const PARTLY_EVERY = 3;

/** `more`: what the control path returns besides mode and counts. */
export async function startStandIn(
  serve: Serve,
  options: StandInOptions = {},
  more: () => object = () => ({}),
): Promise<StandIn> {
  const { slowMs = SLOW_MS, wait = (ms) => pause(ms, undefined, { ref: false }) } = options;
  if (slowMs > SLOW_MS_MAX) throw new RangeError(`slowMs ${slowMs} is above ${SLOW_MS_MAX}`);
  const counts: Record<Mode, number> = { ok: 0, slow: 0, partly: 0, fail: 0, stop: 0 };
  let mode: Mode = 'ok';

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    if (path === MODE_PATH) return control(request, response);
    const current = mode;
    counts[current] += 1;
    if (current === 'stop') {
      request.socket.destroy();
      return;
    }
    const fails =
      current === 'fail' || (current === 'partly' && counts.partly % PARTLY_EVERY === 0);
    if (fails) return say(response, 503, 'made to fail');
    const { method, headers } = request;
    const body = await text(request);
    if (current === 'slow') await wait(slowMs);
    if (!path.startsWith(BASE)) return say(response, 404, `the base is ${BASE}`);
    return serve({ path: path.slice(BASE.length), method, headers, body }, response);
  }

  function control(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'PUT') {
      const wanted = MODES.find((each) => each === request.headers[MODE_HEADER]);
      if (wanted === undefined) {
        say(response, 400, `a mode is one of ${MODES.join(', ')}`);
        return;
      }
      mode = wanted;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ mode, counts, ...more() }));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  guardLoopback(server);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening').catch((cause: Error) => {
    throw new PortError(
      `port ${options.port} of a stand-in server cannot be used: ${cause.message}; is another \`npm start -- --downstream\` running?`,
      { cause },
    );
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}${BASE.slice(0, -1)}`,
    counts,
    setMode: (wanted) => {
      mode = wanted;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** An OperationOutcome with one error. */
export function say(response: ServerResponse, status: number, diagnostics: string): void {
  const issue = [{ severity: 'error', code: 'processing', diagnostics }];
  response.writeHead(status, { 'content-type': 'application/fhir+json' });
  response.end(JSON.stringify({ resourceType: 'OperationOutcome', issue }));
}
