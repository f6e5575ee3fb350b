/**
 * Calls to outside servers, as `fetch` makes them. A server does not notice that its client has
 * given up: it finishes what it has begun, possibly much later. A call ends when its signal is
 * aborted. If its host dies, it never ends.
 */
import type { Fetch } from '../../aws/machine.ts';
import type { Effect } from '../effects.ts';
import type { Host } from '../host.ts';
import { onAbort } from '../on-abort.ts';
import type { Scheduler } from '../scheduler.ts';
import type { HttpAnswer, HttpCall, Server } from './http-call.ts';

/** How often each of these befalls a call: probabilities, and two times. */
export interface ServerFaults {
  /** No connection: the call never arrives. */
  readonly unreachable: number;
  /**
   * Something before the server responds: 502, 503, 504, 429, or a 404 without an OperationOutcome.
   */
  readonly turnedAway: number;
  /**
   * The server responds with 500 and an OperationOutcome about its own fault, before or after it
   * has carried out the call.
   */
  readonly broken: number;
  /** The call is carried out, but the answer is lost. */
  readonly lostAnswer: number;
  /** The call is carried out much later, even if nobody waits any more. */
  readonly slow: number;
  /** Maximum of that delay. */
  readonly slowMs: number;
  /** How long it works on a call, mostly. */
  readonly workMs: number;
}

export const NO_SERVER_FAULTS: ServerFaults = {
  unreachable: 0,
  turnedAway: 0,
  broken: 0,
  lostAnswer: 0,
  slow: 0,
  slowMs: 0,
  workMs: 40,
};

/** Half of what fails is turned away. The rest takes about as long as callers wait, and some much longer. */
export const inBrownOut = (
  faults: ServerFaults,
  { share }: { readonly share: number },
): ServerFaults => ({
  ...faults,
  unreachable: share / 2,
  turnedAway: share / 2,
  slow: 0.3,
  slowMs: Math.max(10_000, faults.slowMs),
  workMs: 3_000,
});

export interface HttpSurroundings {
  readonly scheduler: Scheduler;
  readonly servers: readonly Server[];
  faults(server: Server): ServerFaults;
  tell(effect: Effect, by: Host): void;
}

const WAY_MS = 10;
const TURNED_AWAY = [502, 503, 504, 429, 404] as const;

type Settle = (answer: HttpAnswer | Error) => void;

export class Http {
  readonly #around: HttpSurroundings;
  #count = 0;

  constructor(around: HttpSurroundings) {
    this.#around = around;
  }

  /** `fetch` for code on that host. */
  fetchOn(host: Host): Fetch {
    return async (input, init = {}) => {
      const { signal } = init;
      signal?.throwIfAborted();
      this.#count += 1;
      const call: HttpCall = {
        number: this.#count,
        method: init.method ?? 'GET',
        url: String(input),
        headers: init.headers as Record<string, string>,
        body: String(init.body ?? ''),
        begunAt: this.#around.scheduler.now,
      };
      return this.#call(host, call, signal ?? undefined);
    };
  }

  #call(host: Host, call: HttpCall, signal: AbortSignal | undefined): Promise<Response> {
    const { scheduler, tell } = this.#around;
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    let isOver = false;
    const end = (status: number | undefined, settle: () => void) => {
      if (isOver) return;
      isOver = true;
      waitNoMore?.();
      scheduler.note(`${host.name} ${call.method} #${call.number} ${status ?? 'no answer'}`);
      tell({ kind: 'answered', call, status }, host);
      settle();
    };
    const abort = () => end(undefined, () => reject(signal?.reason));
    const waitNoMore = signal && onAbort(signal, abort);
    tell({ kind: 'requested', call }, host);
    this.#send(host, call, (answer) => {
      if (answer instanceof Error) end(undefined, () => reject(answer));
      else end(answer.status, () => resolve(responseOf(answer)));
    });
    return promise;
  }

  /** `settle` is called with what arrives at the host, if anything does. */
  #send(host: Host, call: HttpCall, settle: Settle): void {
    const { scheduler, servers } = this.#around;
    const server = servers.find(({ base }) => call.url.startsWith(base));
    if (server === undefined) throw new Error(`no server at ${call.url}`);
    const { draws } = host;
    const answer = (ms: number, what: HttpAnswer | Error) =>
      scheduler.after(ms, () => host.resume(() => settle(what)));
    const carryOut = (ms: number, after: (served: HttpAnswer) => void) =>
      scheduler.after(ms, () => after(server.serve(call)));
    const faults = this.#around.faults(server);
    const there = draws.duration(WAY_MS);
    const ms = there + draws.duration(faults.workMs);
    let left = draws.fraction();
    const befalls = (share: number) => {
      left -= share;
      return left < 0;
    };
    if (befalls(faults.unreachable)) answer(there, new TypeError('fetch failed'));
    else if (host.hearsNothing) carryOut(ms, () => undefined);
    else if (befalls(faults.turnedAway))
      answer(ms, turnedAway(draws.pick(TURNED_AWAY), draws.below(90)));
    else if (befalls(faults.broken)) {
      const isDone = draws.chance(0.5);
      if (isDone) carryOut(ms, () => answer(there, BROKEN));
      else answer(ms, BROKEN);
    } else if (befalls(faults.lostAnswer)) carryOut(ms, () => undefined);
    else if (befalls(faults.slow)) {
      carryOut(draws.between(ms, ms + faults.slowMs), (served) => answer(there, served));
    } else carryOut(ms, (served) => answer(there, served));
  }
}

const BROKEN: HttpAnswer = {
  status: 500,
  body: JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'fatal', code: 'exception', diagnostics: 'the database is away' }],
  }),
};

function turnedAway(status: number, seconds: number): HttpAnswer {
  const headers = status === 429 || status === 503 ? { 'retry-after': String(seconds) } : {};
  return { status, headers, body: '<html>not now</html>' };
}

/** The parts of a Response that our code reads, without streams that have timing of their own. */
function responseOf({ status, headers = {}, body = '' }: HttpAnswer): Response {
  const chunks = body === '' ? [] : [Buffer.from(body)];
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name: string) => headers[name] ?? null },
    body: Object.assign(chunks, { cancel: async () => undefined }),
    text: async () => body,
  } as unknown as Response;
}
