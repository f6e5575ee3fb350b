/**
 * Lets servers on this machine serve only programs of this machine, and no web pages.
 *
 * A browser lets any page send requests to 127.0.0.1. It names the page in `Origin`, or in
 * `Sec-Fetch-Site` if a page only loads something, such as an image. A page whose own host name
 * resolves to 127.0.0.1 (DNS rebinding) may even read the responses; then `Host` is that name. SDKs
 * and command lines send neither header, and their `Host` is the address that they were given.
 */
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';

const THIS_MACHINE = /^(?:127\.0\.0\.1|\[::1\]|(?:[\w-]+\.)*localhost)(?::\d{1,5})?$/i;

/**
 * The reason to refuse a request: a page sent it, or it came by a host name. Undefined if it is
 * accepted.
 */
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

/**
 * The target of a request as a path with its query, as the servers expect it. Undefined for a
 * target without a path, such as `*`, and for a path that cannot be decoded, which makes some
 * servers throw. https://www.rfc-editor.org/rfc/rfc9112#section-3.2
 */
export function pathOf(target: string): string | undefined {
  const path = /^https?:\/\//i.test(target)
    ? target.replace(/^https?:\/\/[^/?#]*\/?/i, '/')
    : target;
  if (!path.startsWith('/')) return undefined;
  try {
    decodeURIComponent(path);
    return path;
  } catch {
    return undefined;
  }
}

type Listener = (req: IncomingMessage, res: ServerResponse) => unknown;

/**
 * From this call on, the server's listeners get only requests of this machine's programs, and only
 * those with a path. If a listener throws, the response has status 500, and the process goes on.
 */
export function guardLoopback(server: Server): void {
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', async (req, res) => {
    const refusal = refusalOf(req.headers);
    if (refusal !== undefined) return say(res, 403, `refused: ${refusal}`);
    const path = pathOf(req.url ?? '');
    if (path === undefined)
      return say(res, 400, 'refused: the request has no path that can be read');
    req.url = path;
    // A client may disconnect during a request. That is not an error.
    req.on('error', () => {});
    try {
      for (const listener of listeners) await listener.call(server, req, res);
    } catch (error) {
      say(res, 500, `failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

function say(res: ServerResponse, status: number, text: string): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  res.end(`${text}\n`);
}
