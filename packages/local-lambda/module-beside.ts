import { extname } from 'node:path';

/** The URL of a module beside another one: a source beside a source, compiled beside compiled. */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url);
}
