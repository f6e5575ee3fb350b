/**
 * Turns what dynalite throws into a response of status 500, as DynamoDB would send it. dynalite
 * throws long after its listener was called: socket errors (for example if an environment is killed
 * during a call) and requests that it did not expect. No request may end the tables of all others.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestListener, Server, ServerResponse } from 'node:http';

/** @param server with its request listener, which is wrapped */
export function answerWhatIsThrown(server: Server): void {
  const asked = new AsyncLocalStorage<ServerResponse>();
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    asked.run(response, () => {
      for (const listener of listeners) listener.call(server, request, response);
    });
  });
  process.on('uncaughtException', () => {
    const response = asked.getStore();
    if (response === undefined || response.destroyed || response.writableEnded) return;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0', connection: 'close' });
    response.end('{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError"}');
  });
}
