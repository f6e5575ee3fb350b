/**
 * Decides which requests are allowed. The console acts with its operator's credentials, so it must
 * serve only its own page. Every request must have this address as its Host, which prevents DNS
 * rebinding. The browser's headers about the requesting page must name this one. Everything that
 * returns data or acts needs the token, which is only in the printed address.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { API, TOKEN_HEADER } from '../contract/routes.ts';
import type { Fault } from './failure.ts';

export interface Gate {
  readonly port: number;
  readonly token: string;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** The reason to refuse a request. Undefined if it is allowed. */
export function refusalOf(asked: Asked, gate: Gate): Fault | undefined {
  const foreign = foreignness(asked, gate);
  if (foreign !== undefined) return { kind: 'foreign', message: `refused: ${foreign}` };
  if (!isApi(asked.path)) {
    const isRead = asked.method === 'GET' || asked.method === 'HEAD';
    return isRead ? undefined : { kind: 'usage', message: 'use GET for the page' };
  }
  if (!isToken(asked.headers[TOKEN_HEADER], gate.token)) {
    return { kind: 'token', message: 'open the address that the console printed when it started' };
  }
  return undefined;
}

export const isApi = (path: string) => path === API || path.startsWith(`${API}/`);

function foreignness({ method, headers }: Asked, { port }: Gate): string | undefined {
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  // Browsers leave the default port out.
  const at = port === 80 ? '' : `:${port}`;
  const ours = [`127.0.0.1${at}`, `localhost${at}`];
  if (!ours.includes(host)) return `the host ${JSON.stringify(host)} is not this console`;
  if (origin === undefined && method !== 'GET' && method !== 'HEAD') {
    return 'an act must have an Origin header';
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return `a web page of ${JSON.stringify(origin)} may not send requests to this console`;
  }
  // `none`: a person typed the address. `same-site` may be another port of this machine.
  if (site !== undefined && site !== 'none' && site !== 'same-origin') {
    return 'another web page may not send requests to this console';
  }
  return undefined;
}

function isToken(given: string | string[] | undefined, token: string): boolean {
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
