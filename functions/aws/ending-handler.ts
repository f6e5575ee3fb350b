import { NodeHttpHandler } from '@smithy/node-http-handler';
import { endOfWork } from '../invocation.ts';

/** Sends the SDK's requests, and aborts each once the work that made it is over (R61). */
export class EndingHandler extends NodeHttpHandler {
  override handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    const abortSignal = options?.abortSignal ?? endOfWork();
    return super.handle(request, abortSignal === undefined ? options : { ...options, abortSignal });
  }
}
