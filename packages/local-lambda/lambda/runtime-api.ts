/**
 * The Lambda Runtime API: one server for all environments. Each one has a path of its own before
 * the version (AWS_LAMBDA_RUNTIME_API is host and port, and clients append to it).
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { guardLoopback } from '../loopback.ts';

/** A message of the runtime inside an environment. */
export type RuntimeMessage =
  | { type: 'next'; answer: ServerResponse }
  | { type: 'response'; requestId: string; payload: string }
  | { type: 'error'; requestId: string; payload: string }
  | { type: 'init-error'; payload: string };

type Listener = (message: RuntimeMessage) => void;

export type RuntimeApi = {
  /**
   * Returns the value of AWS_LAMBDA_RUNTIME_API for a new environment, and a function that ends it.
   */
  register(environment: string, listener: Listener): { address: string; unregister(): void };
  stop(): Promise<void>;
};

const ROUTE = /^\/([\w-]+)\/2018-06-01\/runtime\/(?:(init)|invocation\/([\w-]+))(?:\/(\w+))?$/;

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const listeners = new Map<string, Listener>();
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, async (req, res) => {
    const message = await parse(req, res).catch(() => undefined);
    const listener = listeners.get(message?.environment ?? '');
    if (!message || !listener) {
      res.writeHead(404).end();
      return;
    }
    if (message.message.type !== 'next') res.writeHead(202).end();
    listener(message.message);
  });
  guardLoopback(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    register(environment, listener) {
      listeners.set(environment, listener);
      return {
        address: `127.0.0.1:${port}/${environment}`,
        unregister: () => listeners.delete(environment),
      };
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type Addressed = { environment: string; message: RuntimeMessage };

async function parse(req: IncomingMessage, res: ServerResponse): Promise<Addressed | undefined> {
  const [, environment = '', init, requestId = '', action] = ROUTE.exec(req.url ?? '') ?? [];
  const payload = await text(req);
  if (req.method === 'GET' && requestId === 'next') {
    return { environment, message: { type: 'next', answer: res } };
  }
  if (init && action === 'error') return { environment, message: { type: 'init-error', payload } };
  if (action !== 'response' && action !== 'error') return undefined;
  return { environment, message: { type: action, requestId, payload } };
}
