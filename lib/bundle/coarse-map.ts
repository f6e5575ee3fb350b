/**
 * Source maps that give only the line in sources that were generated. A worker reads its map when it starts, and
 * decodes it when something throws. With a place for each name of the compiled validator, that takes 13 ms of
 * processor time, 60 ms more for the first throw, and 25 MB of the heap in which resources are validated.
 * Places in all other sources stay exact.
 *
 * A map's `mappings` has a line for each line of the bundle and in it segments: the column, then source, line,
 * column and name. Each is the difference from the segment before it, in base 64 with the lowest bits first.
 */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGIT_BITS = 5;
const MORE = 1 << DIGIT_BITS;

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** Keeps one place for each line of the sources that were generated. */
export function coarseMap<M extends SourceMap>(
  map: M,
  isGenerated: (source: string) => boolean,
): M {
  const generated = new Set(map.sources.keys().filter((n) => isGenerated(map.sources[n] ?? '')));
  const read = [0, 0, 0, 0, 0];
  const written = [0, 0, 0, 0, 0];
  const lines = map.mappings.split(';').map((line) => {
    read[0] = 0;
    written[0] = 0;
    const kept: string[] = [];
    let last = '';
    for (const segment of line === '' ? [] : line.split(',')) {
      const differences = decoded(segment);
      for (const [field, more] of differences.entries()) read[field] = (read[field] ?? 0) + more;
      const { length } = differences;
      const [, source = 0, sourceLine] = read;
      const place = length > 1 && generated.has(source) ? `${source}:${sourceLine}` : '';
      if (place === '' || place !== last) kept.push(encoded(read, written, length));
      last = place;
    }
    return kept.join(',');
  });
  return { ...map, mappings: lines.join(';') };
}

function decoded(segment: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = DIGITS.indexOf(character);
    value += (digit & (MORE - 1)) << shift;
    shift += DIGIT_BITS;
    if (digit >= MORE) continue;
    values.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return values;
}

/** The first fields of `read`, as the difference from `written`, which has them from then on. */
function encoded(read: readonly number[], written: number[], length: number): string {
  let text = '';
  for (const [field, value] of read.slice(0, length).entries()) {
    const more = value - (written[field] ?? 0);
    written[field] = value;
    let left = more < 0 ? (-more << 1) | 1 : more << 1;
    for (; left >= MORE; left >>= DIGIT_BITS) text += DIGITS[(left & (MORE - 1)) | MORE];
    text += DIGITS[left];
  }
  return text;
}
