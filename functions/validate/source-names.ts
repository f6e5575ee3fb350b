/**
 * Names the places of a worker's crash in the sources instead of the bundle (R07), as node's own
 * `--enable-source-maps` does. With that flag each worker would read the map when it starts, a fifth of its
 * start, and decode it for its first crash. Here the thread that outlives all workers reads it once, when
 * something crashed.
 */
import type { SourceMap, SourceMapping } from 'node:module';
import { basename } from 'node:path';
import { mapBeside } from '../../telemetry/source-map.ts';

type Origin = Pick<SourceMapping, 'originalSource' | 'originalLine' | 'originalColumn'> & {
  readonly name?: string;
};

/** A frame as the isolation package describes it: without folders. */
const FRAME = /\bat (?:((?:(?! at )[^()])*) \()?([\w.-]+\.[cm]js):(\d+):(\d+)\)?/g;

/** Returns a function that names the places in a reason. `bundle` is the module that the workers run. */
export function sourceNames(bundle: URL): (reason: string) => string {
  const file = basename(bundle.pathname);
  let map: SourceMap | null | undefined;
  const originOf = ([, , module, line, column]: RegExpMatchArray): Origin | undefined => {
    if (module !== file) return undefined;
    if (map === undefined) map = mapBeside(bundle);
    const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
    return entry !== undefined && 'originalSource' in entry ? entry : undefined;
  };
  return (reason) => {
    const origins = [...reason.matchAll(FRAME)].map(originOf);
    let frame = -1;
    return reason.replaceAll(FRAME, (text, given: string | undefined) => {
      frame += 1;
      const origin = origins[frame];
      if (origin === undefined) return text;
      // The map names a function where it is called, which is the place of the next frame.
      return describe(origin, origins[frame + 1]?.name ?? readable(given));
    });
  };
}

function describe({ originalSource, originalLine, originalColumn }: Origin, name = ''): string {
  const place = `${basename(originalSource)}:${originalLine + 1}:${originalColumn + 1}`;
  return name === '' ? `at ${place}` : `at ${name} (${place})`;
}

/** A name that is not of the bundle's making. */
function readable(name: string | undefined): string | undefined {
  return name?.includes('.') ? name : undefined;
}
