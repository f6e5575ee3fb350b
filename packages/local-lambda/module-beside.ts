import { extname } from 'node:path';

/** The URL of a module beside another one: source beside source, compiled beside compiled. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url);
}
