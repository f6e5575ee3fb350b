/** The part of a large file that is in memory. It moves as the file is read. Positions are offsets in the file. */
import { closeSync, openSync, readSync } from 'node:fs';

/** Size of one read. */
export const WINDOW_BYTES = 1024 * 1024;

export class FileWindow {
  readonly #file: number;
  /** The bytes from `from` up to, but not including, `to`. */
  bytes: Buffer;
  from = 0;
  to = 0;

  constructor(path: string, bytes: number = WINDOW_BYTES) {
    this.bytes = Buffer.allocUnsafe(bytes);
    this.#file = openSync(path, 'r');
  }

  /** Reads the next bytes, and drops those before `keep`. False at the end of the file. */
  more(keep: number): boolean {
    const held = this.to - keep;
    const bytes = held * 2 > this.bytes.length ? Buffer.allocUnsafe(held * 2) : this.bytes;
    this.bytes.copy(bytes, 0, keep - this.from, this.to - this.from);
    this.bytes = bytes;
    this.from = keep;
    const read = readSync(this.#file, bytes, held, bytes.length - held, this.to);
    this.to += read;
    return read > 0;
  }

  /** A view that is valid until the next call. */
  slice(start: number, end: number): Buffer {
    if (start < this.from || start > this.to) {
      this.from = start;
      this.to = start;
    }
    while (this.to < end && this.more(start));
    return this.bytes.subarray(start - this.from, end - this.from);
  }

  close(): void {
    closeSync(this.#file);
  }
}
