/** Newline-delimited JSON: one resource a line, each line bounded, a file of any size. */
import { decodeUtf8, type Entry, NOT_UTF8, RESOURCE_BYTES_MAX, TOO_LARGE } from './entry.ts';

const NEWLINE = 0x0a;

/**
 * Holds at most one line in memory. A line longer than `bytesMax` (a zip bomb unpacks into one) is skipped
 * while it streams by, and reported. Blank lines are skipped.
 */
export async function* readLines(
  file: string,
  chunks: AsyncIterable<Buffer>,
  bytesMax: number = RESOURCE_BYTES_MAX,
): AsyncGenerator<Entry> {
  let line = 1;
  let held: Buffer[] = [];
  let bytes = 0;
  const take = (part: Buffer) => {
    bytes += part.length;
    if (bytes > bytesMax) held = [];
    else held.push(part);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      yield* entry(file, line, bytes > bytesMax ? undefined : Buffer.concat(held));
      line += 1;
      held = [];
      bytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  yield* entry(file, line, bytes > bytesMax ? undefined : Buffer.concat(held));
}

function* entry(file: string, line: number, bytes: Buffer | undefined): Generator<Entry> {
  if (bytes === undefined) {
    yield { kind: 'problem', file, line, reason: TOO_LARGE };
    return;
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) yield { kind: 'problem', file, line, reason: NOT_UTF8 };
  else if (text.trim() !== '') yield { kind: 'resource', text: text.trim(), file, line };
}
