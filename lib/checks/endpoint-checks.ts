/**
 * Where functions may call. A server that is called gets PHI, decides about it, or learns whose messages
 * there are, so the connection is encrypted, or the server is on this machine. An address is checked as
 * `fetch` reads it, because a text that looks like one host may name another: `http://localhost:x@evil/` is
 * `evil`.
 */
import { THIS_MACHINE } from '../../terminal/this-machine.ts';

/**
 * Problems of an endpoint to which paths are appended, in words. `why` says why it must be https. An
 * address with a user may hold a password, so no problem quotes it.
 */
export function* endpointProblems(
  key: string,
  endpoint: string | undefined,
  why: string,
): Generator<string> {
  if (endpoint === undefined) return;
  if (!URL.canParse(endpoint)) {
    yield `${key} must be a URL`;
    return;
  }
  const { protocol, hostname, username, password, search, hash } = new URL(endpoint);
  if (username !== '' || password !== '' || endpoint.includes('@')) {
    yield `${key} must not name a user: a token comes from a secret`;
    return;
  }
  if (search !== '' || hash !== '' || /[?#]/.test(endpoint)) {
    yield `${key} ${endpoint} must end with a path: what is called is appended to it`;
  }
  const isOpenOnTheWire = protocol === 'http:' && !THIS_MACHINE.includes(hostname);
  if (isOpenOnTheWire || !/^https?:$/.test(protocol))
    yield `${key} ${endpoint} must be https: ${why}`;
}
