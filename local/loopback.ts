/**
 * Servers on this machine are for programs of this machine, and a web page is none.
 *
 * A browser lets any page send requests to 127.0.0.1. It names the page in `Origin`, or in
 * `Sec-Fetch-Site` where a page only loads something, such as an image. A page whose own host name
 * resolves to 127.0.0.1 (DNS rebinding) may even read the answers; then `Host` is that name. SDKs and
 * command lines send neither of the two, and name the address that they were told.
 */
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';

const THIS_MACHINE = /^(?:127\.0\.0\.1|\[::1\]|(?:[\w-]+\.)*localhost)(?::\d{1,5})?$/i;

/** Why a request is refused: a page sent it, or it was led here by a name; undefined where it is not. */
export function refusalOf(
  headers: Pick<IncomingHttpHeaders, 'host' | 'origin' | 'sec-fetch-site'>,
): string | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  if (!THIS_MACHINE.test(host)) return `the host ${JSON.stringify(host)} is not this machine`;
  if (origin !== undefined && origin !== `http://${host}`) {
    return `a web page of ${JSON.stringify(origin)} may not ask`;
  }
  if (site !== undefined && site !== 'none' && site !== 'same-origin') {
    return 'a web page of somebody else may not ask';
  }
  return undefined;
}

/** From now on the server's listeners hear of requests of this machine's programs only. */
export function guardLoopback(server: Server): void {
  const listeners = server.listeners('request') as ((
    req: IncomingMessage,
    res: ServerResponse,
  ) => void)[];
  server.removeAllListeners('request');
  server.on('request', (req, res) => {
    const refusal = refusalOf(req.headers);
    if (refusal === undefined) for (const listener of listeners) listener.call(server, req, res);
    else refuse(res, refusal);
  });
}

function refuse(res: ServerResponse, why: string): void {
  res.writeHead(403, { 'content-type': 'text/plain', connection: 'close' });
  res.end(`refused: ${why}\n`);
}
