/**
 * Reads the token from the fragment of the printed address, and removes it from the address at
 * once, so that neither the history nor a shared link contains it. It is kept for this tab.
 */
import { TOKEN_PARAMETER } from '../../contract/routes.ts';

const KEPT_AS = 'console-token';

export function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get(TOKEN_PARAMETER);
  if (given === null) return sessionStorage.getItem(KEPT_AS) ?? '';
  sessionStorage.setItem(KEPT_AS, given);
  history.replaceState(null, '', `${location.pathname}#/now`);
  return given;
}
