/**
 * Drops connections without telling the client. A service closes idle connections, and a frozen
 * environment does not notice: its next request on such a connection is reset, and never reaches
 * the service.
 */
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';

/** The part of the user agent that has AWS_SDK_UA_APP_ID. */
const APP_ID = /\bapp\/([\w-]+)/;

/**
 * Returns a function that drops the idle connections of a client.
 * @param server with its request listener, which is wrapped
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
