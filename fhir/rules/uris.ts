/** Does a uri have a scheme, so that it means the same everywhere? */
export function isAbsolute(uri: string): boolean {
  return uri.startsWith('http') || uri.startsWith('urn:') ? uri.includes(':') : SCHEME.test(uri);
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]{0,30}:./;
