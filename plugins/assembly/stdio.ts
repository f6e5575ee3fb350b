// The resource from standard input, the answer to standard output.

import { fd_read, fd_write } from './wasi_snapshot_preview1';

const STDIN: u32 = 0;
const STDOUT: u32 = 1;
const CHUNK_BYTES: usize = 16 * 1024;

/** Where WASI finds a buffer and its size, and says how many bytes it took or gave. */
const buffer = memory.data(8);
const moved = memory.data(4);

/** All of standard input. */
export function readInput(): string {
  let bytes = heap.alloc(CHUNK_BYTES);
  let length: usize = 0;
  for (let more = true; more; ) {
    store<usize>(buffer, bytes + length);
    store<usize>(buffer, CHUNK_BYTES, sizeof<usize>());
    if (fd_read(STDIN, buffer, 1, moved) !== 0) throw new Error('standard input cannot be read');
    more = load<u32>(moved) > 0;
    length += load<u32>(moved);
    // Nothing was allocated since, so this grows in place.
    bytes = heap.realloc(bytes, length + CHUNK_BYTES);
  }
  return String.UTF8.decodeUnsafe(bytes, length);
}

/** Appends to standard output. */
export function print(text: string): void {
  const bytes = String.UTF8.encode(text);
  let from = changetype<usize>(bytes);
  let left = bytes.byteLength;
  while (left > 0) {
    store<usize>(buffer, from);
    store<usize>(buffer, left, sizeof<usize>());
    if (fd_write(STDOUT, buffer, 1, moved) !== 0)
      throw new Error('standard output cannot be written');
    from += load<u32>(moved);
    left -= load<u32>(moved);
  }
}
