/**
 * dynalite throws, long after the call of its listener, errors of its requests' sockets (for example when
 * an environment is killed during a call) and what it did not expect of a request. Here this becomes an
 * answer of 500 to the caller, as DynamoDB would give it: no request may end the tables of all others.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestListener, Server, ServerResponse } from 'node:http';

/** @param server with its listener of requests; it is wrapped */
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
