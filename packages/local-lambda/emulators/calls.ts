/**
 * Calls of SQS's actions that the runtime makes itself: to an emulator in a thread, or over HTTP where
 * something is between. They need no SDK: with one, and its sockets, a poller's calls took a fifth of the
 * runtime's time.
 */
import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Worker } from 'node:worker_threads';

/**
 * Once `signal` is aborted, a wait ends. The output may still hold messages, which are in flight then, and is
 * undefined if there is none. Throws a refusal.
 */
export type Call = <T>(
  action: string,
  input: object,
  signal?: AbortSignal,
) => Promise<T | undefined>;

/** What a thread is asked. */
export type CallOrder =
  | { readonly call: number; readonly action: string; readonly input: object }
  | { readonly cancel: number };

/** What a thread answers. */
export type CallAnswer = {
  readonly answered: number;
  readonly output?: unknown;
  readonly refusal?: string;
};

/** The queue refused. */
export class QueueRefusal extends Error {
  override readonly name = 'QueueRefusal';
}

/** Calls to the emulator in this thread (answer-calls.ts). Those that are open when it ends stay so. */
export function callsTo(thread: Worker): Call {
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  let count = 0;
  thread.on('message', ({ answered, output, refusal }: CallAnswer) => {
    const waiting = open.get(answered);
    open.delete(answered);
    if (refusal === undefined) waiting?.resolve(output);
    else waiting?.reject(new QueueRefusal(refusal));
  });
  const post = (order: CallOrder) => thread.postMessage(order);
  return async <T>(action: string, input: object, signal?: AbortSignal) => {
    if (signal?.aborted) return undefined;
    const call = ++count;
    const waiting = Promise.withResolvers<unknown>();
    open.set(call, waiting);
    const cancel = () => post({ cancel: call });
    signal?.addEventListener('abort', cancel, { once: true });
    post({ call, action, input });
    const output = await waiting.promise.finally(() =>
      signal?.removeEventListener('abort', cancel),
    );
    return output as T | undefined;
  };
}

export type HttpCalls = { readonly call: Call; stop(): void };

export function httpCalls(endpoint: string): HttpCalls {
  const agent = new Agent({ keepAlive: true });
  return {
    async call<T>(action: string, input: object, signal?: AbortSignal) {
      try {
        return (await post(endpoint, { agent, action, input, signal })) as T;
      } catch (error) {
        if (signal?.aborted) return undefined;
        throw error;
      }
    },
    stop: () => agent.destroy(),
  };
}

interface Post {
  readonly agent: Agent;
  readonly action: string;
  readonly input: object;
  readonly signal: AbortSignal | undefined;
}

function post(endpoint: string, { agent, action, input, signal }: Post): Promise<unknown> {
  const headers = {
    'x-amz-target': `AmazonSQS.${action}`,
    'content-type': 'application/x-amz-json-1.0',
  };
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers, ...(signal && { signal }) };
    const asking = request(endpoint, options, async (answer) => {
      const output = await json(answer).catch(reject);
      if (answer.statusCode === 200) resolve(output);
      else reject(new QueueRefusal(`${action}: ${JSON.stringify(output)}`));
    });
    asking.on('error', reject).end(JSON.stringify(input));
  });
}
