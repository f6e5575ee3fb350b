/** The bytes of a file or of standard input, unpacked if they are gzip. */
import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

export const STANDARD_INPUT = '-';

/**
 * FHIR packs 10 to 50 times, gzip at most 1,032 times. A line of any length is skipped while it streams by;
 * a bomb of small lines would become billions of messages, which cost money.
 */
const BOMB: Bomb = { harmlessBytes: 2 ** 30, timesMax: 250 };

export interface Bomb {
  /** Any file may unpack to this size, whatever its ratio. */
  readonly harmlessBytes: number;
  /** Beyond that, the unpacked size may be at most this many times the packed one. */
  readonly timesMax: number;
}

/**
 * Gzip is recognised by its first two bytes, whatever the name says. The unpacked text is never held as a
 * whole: the reader decides how much of it to keep.
 *
 * @param onBytes gets how many bytes were read (packed, if they are), for a progress bar.
 */
export async function* openInput(
  path: string,
  onBytes: (bytes: number) => void = () => {},
  bomb: Bomb = BOMB,
): AsyncGenerator<Buffer> {
  const source: Readable = path === STANDARD_INPUT ? process.stdin : createReadStream(path);
  let packed = 0;
  const chunks = counted(source, (bytes) => {
    packed += bytes;
    onBytes(bytes);
  });
  const first = await firstChunk(chunks);
  if (first === undefined) return;
  const all = Readable.from(resumed(first, chunks), { objectMode: false });
  if (first[0] !== 0x1f || first[1] !== 0x8b) {
    yield* all;
    return;
  }
  const unpacked = createGunzip();
  // The callback form: an error surfaces where `unpacked` is read, and ends both streams.
  pipeline(all, unpacked, () => {});
  yield* bounded(unpacked, () => packed, bomb);
}

async function* bounded(
  unpacked: AsyncIterable<Buffer>,
  packed: () => number,
  { harmlessBytes, timesMax }: Bomb,
) {
  let bytes = 0;
  for await (const chunk of unpacked) {
    bytes += chunk.length;
    if (bytes > harmlessBytes && bytes > timesMax * packed()) {
      throw new Error(`it unpacks to more than ${timesMax} times its size; unpack it yourself`);
    }
    yield chunk;
  }
}

async function* counted(source: Readable, onBytes: (bytes: number) => void) {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** At least two bytes, if there are two. */
async function firstChunk(chunks: AsyncGenerator<Buffer>): Promise<Buffer | undefined> {
  let first: Buffer | undefined;
  while (first === undefined || first.length < 2) {
    const { done, value } = await chunks.next();
    if (done) return first;
    first = first === undefined ? value : Buffer.concat([first, value]);
  }
  return first;
}

async function* resumed(first: Buffer, rest: AsyncGenerator<Buffer>) {
  yield first;
  yield* rest;
}
