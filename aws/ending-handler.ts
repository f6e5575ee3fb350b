import { Agent } from 'node:http';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { endOfWork } from '../telemetry/invocation.ts';

/**
 * Sends the SDK's requests, and aborts each when the work that made it is over (R61).
 *
 * Services close idle connections, and a frozen environment does not notice. So after a request
 * without an answer, all idle connections are closed: they may be lost too. The SDK's next try
 * opens a new one.
 */
export class EndingHandler extends NodeHttpHandler {
  override async handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    const abortSignal = options?.abortSignal ?? endOfWork();
    const within = abortSignal === undefined ? options : { ...options, abortSignal };
    try {
      return await super.handle(request, within);
    } catch (error) {
      if (!abortSignal?.aborted) this.#closeIdleConnections();
      throw error;
    }
  }

  #closeIdleConnections(): void {
    const { httpAgent, httpsAgent } = this.httpHandlerConfigs();
    for (const agent of [httpAgent, httpsAgent]) {
      if (!(agent instanceof Agent)) continue;
      for (const sockets of Object.values(agent.freeSockets)) {
        for (const socket of sockets ?? []) socket.destroy();
      }
    }
  }
}
