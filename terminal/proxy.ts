/**
 * The proxy that a network requires, named by HTTPS_PROXY and NO_PROXY as for curl and the AWS CLI. Neither `fetch` nor
 * the SDK reads them by itself.
 */
import http, { type ProxyEnv } from 'node:http';
import { THIS_MACHINE } from './this-machine.ts';

/** For agents: those of the SDK are not the global ones. */
export const PROXY_ENV = process.env as ProxyEnv;
/** The options of an SDK client. */
export const OVER_PROXY = { requestHandler: { httpsAgent: { proxyEnv: PROXY_ENV } } };

/** Requests to this machine take no proxy: it would ask its own machine. Must be called before the first request. */
export function takeProxy(env: NodeJS.ProcessEnv): void {
  const name = env['no_proxy'] === undefined ? 'NO_PROXY' : 'no_proxy';
  env[name] = [env[name], ...THIS_MACHINE].filter(Boolean).join(',');
  for (const variable of ['https_proxy', 'HTTPS_PROXY'] as const) {
    const address = withScheme(env[variable]);
    // Such as socks5://, which Node cannot use: as if there were none.
    if (address === undefined) delete env[variable];
    else env[variable] = address;
  }
  const isNamed = env['https_proxy'] !== undefined || env['HTTPS_PROXY'] !== undefined;
  if (isNamed) http.setGlobalProxyFromEnv(env as ProxyEnv);
}

/** As curl reads it: `host:port` is a proxy that speaks http. */
function withScheme(address = ''): string | undefined {
  const whole = address.includes('://') ? address : `http://${address}`;
  return URL.canParse(whole) && /^https?:$/.test(new URL(whole).protocol) ? whole : undefined;
}
