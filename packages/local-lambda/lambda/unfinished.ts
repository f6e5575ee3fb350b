/**
 * Finds work in this process that is not finished, and where it was started: timers, calls,
 * processes and threads. Whatever is left when the handler has responded is frozen, and goes on in
 * another invocation (R61). Loaded only on request, because it records a stack for each timer.
 */
import { createHook } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest, IncomingMessage } from 'node:http';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Unfinished = {
  kind: string;
  /** Stack frames of its start outside of node, innermost first. */
  at: string[];
  /**
   * `now`: the invocation that ends now started it. `before`: the init or an earlier invocation
   * did.
   */
  began: 'now' | 'before';
};

/**
 * Node's resources that are work, each with a test whether it is over: node reports an end one turn
 * later. Left out are resources that only keep something idle, such as a connection.
 */
const KINDS: Readonly<Record<string, (resource: object) => boolean>> = {
  Timeout: (timer) => '_destroyed' in timer && timer._destroyed === true,
  ...{ GETADDRINFOREQWRAP: never, FSREQCALLBACK: never, FSREQPROMISE: never },
  ...{ PROCESSWRAP: never, WORKER: never },
};
const FRAMES_MAX = 12;
const OURS = import.meta.dirname;

type Begun = { kind: string; stack: Error; invocation: number; isOver: () => boolean };

const underWay = new Map<number | object, Begun>();
let invocation = 0;

function begin(key: number | object, kind: string, isOver: () => boolean): void {
  underWay.set(key, { kind, stack: new Error(kind), invocation, isOver });
}

function never(): boolean {
  return false;
}

/** Starts to watch. */
export function watchWork(): void {
  Error.stackTraceLimit = 60;
  process.setSourceMapsEnabled(true);
  createHook({
    init(id, kind, _, resource) {
      const isOver = KINDS[kind];
      if (isOver) begin(id, kind, () => isOver(resource));
    },
    destroy: (id) => void underWay.delete(id),
  }).enable();
  subscribe('http.client.request.created', (message) => {
    const request: unknown = Reflect.get(Object(message), 'request');
    if (request instanceof ClientRequest) begin(request, 'request', () => isAnswered(request));
  });
  globalThis.fetch = watchedFetch(globalThis.fetch);
}

function isAnswered(request: ClientRequest): boolean {
  const answer: unknown = Reflect.get(request, 'res');
  return request.destroyed || (answer instanceof IncomingMessage && answer.complete);
}

/**
 * A fetch is over once the body of its response is being read: a reader has a timer, or ends with
 * it.
 */
function watchedFetch(original: typeof fetch): typeof fetch {
  return async (...call) => {
    const key = {};
    let answer: Response | undefined;
    begin(key, 'fetch', () => answer !== undefined && (answer.bodyUsed || answer.body === null));
    try {
      answer = await original(...call);
      return answer;
    } catch (error) {
      underWay.delete(key);
      throw error;
    }
  };
}

/** Returns the unfinished work when an invocation ends, and starts the next one. */
export function unfinished(): Unfinished[] {
  for (const [key, { isOver }] of underWay) if (isOver()) underWay.delete(key);
  const left = [...underWay.values()]
    .filter(({ kind, stack }) => kind !== 'Timeout' || !isOfConnection(stack))
    .map(
      ({ kind, stack, invocation: begunIn }): Unfinished => ({
        kind,
        at: framesOf(stack),
        began: begunIn === invocation ? 'now' : 'before',
      }),
    )
    // Work without a frame belongs to node. The bootstrap's own calls belong to the platform.
    .filter(({ at: [innermost] }) => innermost !== undefined && !innermost.startsWith('bootstrap'));
  invocation += 1;
  return left;
}

/**
 * A timer with which node keeps a connection. The call on that connection is reported separately.
 */
function isOfConnection({ stack = '' }: Error): boolean {
  const lines = stack.split('\n').slice(1);
  const first = lines.findIndex((line) => !line.includes('node:') && !line.includes(OURS));
  return lines
    .slice(0, first)
    .some((line) => /node:(net|_http_\w+|internal\/deps\/undici)/.test(line));
}

function framesOf({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/node:|\(native\)|<anonymous>\)/.test(line))
    .map((line) => line.trim().slice('at '.length))
    .filter((line) => !line.includes('unfinished.ts'))
    .map(shortened)
    .slice(0, FRAMES_MAX);
}

/** Without the folders above the repository. */
function shortened(frame: string): string {
  const place = /(?:file:\/\/)?\/[^\s()]+/.exec(frame)?.[0] ?? '';
  const path = place.startsWith('file:') ? fileURLToPath(place) : place;
  return frame.replace(place, path.startsWith(OURS) ? relative(OURS, path) : path);
}
