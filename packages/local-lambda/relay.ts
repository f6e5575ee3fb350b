/** A loopback proxy between the pipeline and an emulator. Its owner handles each request. */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardLoopback } from './loopback.ts';

export interface Relay {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Sends the request to the emulator, with this body. */
type HandOn = (req: IncomingMessage, body: Buffer) => Promise<IncomingMessage>;

/** If `answer` rejects, the connection is broken off. */
export async function startRelay(
  target: string,
  answer: (req: IncomingMessage, res: ServerResponse, handOn: HandOn) => Promise<void>,
): Promise<Relay> {
  const agent = new Agent({ keepAlive: true });
  const handOn: HandOn = (req, body) => {
    const { 'transfer-encoding': _, ...kept } = req.headers;
    const headers = { ...kept, 'content-length': String(body.length) };
    const { hostname, port } = new URL(target);
    const { method = 'GET', url: path = '/' } = req;
    return new Promise((resolve, reject) => {
      const onward = send({ hostname, port, path, agent, method, headers }, resolve);
      onward.on('error', reject);
      onward.end(body);
    });
  };
  const server = createServer((req, res) => {
    answer(req, res, handOn).catch(() => res.destroy());
  });
  guardLoopback(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
