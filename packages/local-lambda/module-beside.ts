import { extname } from 'node:path';

/**
 * The URL of a module in the same folder as another one, with the same extension (source or
 * compiled).
 */
export function moduleBeside(url: string, name: string): URL {
  return new URL(`./${name}${extname(url)}`, url);
}
