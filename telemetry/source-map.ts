/**
 * Names the places of a stack in the sources instead of the bundle, from the source map beside it. Node would do
 * so itself (`--enable-source-maps`), but then it reads the map at each cold start, which takes as long as
 * compiling the bundle.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

const PLACE = /(file:\/\/\S+\.mjs):(\d+):(\d+)/g;

/** For an error that ends an invocation: Lambda logs its stack. */
export function nameSources(error: unknown): void {
  if (!(error instanceof Error) || error.stack === undefined) return;
  const maps = new Map<string, SourceMap | null>();
  error.stack = error.stack.replaceAll(PLACE, (place, file, line, column) => {
    if (!maps.has(file)) maps.set(file, mapBeside(file));
    const origin = maps.get(file)?.findOrigin(Number(line), Number(column));
    return origin !== undefined && 'fileName' in origin
      ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`
      : place;
  });
}

/** The source map of a bundle, by its URL. Null if there is none that can be read. */
export function mapBeside(bundle: string | URL): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${bundle}.map`), 'utf8')));
  } catch {
    return null;
  }
}
