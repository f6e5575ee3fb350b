/** A server of a test's own, on loopback. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpServer {
  readonly base: string;
  readonly server: Server;
  /** Also while requests are open. */
  readonly stop: () => void;
}

export async function startHttpServer(serve: RequestListener): Promise<HttpServer> {
  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, stop };
}
