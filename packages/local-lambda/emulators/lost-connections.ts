/**
 * Connections that their client does not know to be closed. A service closes what is idle, and an
 * environment that is frozen meanwhile hears nothing of it: its next request on such a connection
 * is reset, and was never seen by the service.
 */
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';

/** How the AWS SDK tells AWS_SDK_UA_APP_ID. */
const APP_ID = /\bapp\/([\w-]+)/;

/**
 * Returns how the idle connections of a client are lost.
 * @param server with its listener of requests; it is wrapped
 */
export function losingConnections(server: Server): (clientId: string) => void {
  const idle = new Map<Socket, string>();
  const lost = new WeakSet<Socket>();
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const { socket } = request;
    if (lost.has(socket)) {
      socket.resetAndDestroy();
      return;
    }
    idle.delete(socket);
    const client = clientOf(request);
    if (client !== undefined) {
      response.once('finish', () => {
        if (!socket.destroyed) idle.set(socket, client);
      });
    }
    for (const listener of listeners) listener.call(server, request, response);
  });
  server.on('connection', (socket: Socket) => {
    socket.once('close', () => idle.delete(socket));
  });
  return (clientId) => {
    for (const [socket, client] of idle) if (client === clientId) lost.add(socket);
  };
}

function clientOf({ headers }: IncomingMessage): string | undefined {
  return APP_ID.exec(headers['user-agent'] ?? '')?.[1];
}
