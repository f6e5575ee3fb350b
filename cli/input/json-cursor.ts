/**
 * Walks over the JSON of a large file, byte by byte. It finds where values end, and leaves it to JSON.parse
 * to say whether they are well-formed: whatever is not passes here, or is told by `undefined`.
 */
import { FileWindow } from './file-window.ts';

export class JsonCursor {
  readonly #window: FileWindow;
  /** The next byte. */
  at = 0;
  /** What stands before it may be forgotten. */
  keep = 0;
  /** The line of the next byte. */
  line = 1;

  constructor(path: string, windowBytes: number) {
    this.#window = new FileWindow(path, windowBytes);
  }

  close(): void {
    this.#window.close();
  }

  slice(start: number, end: number): Buffer {
    return this.#window.slice(start, end);
  }

  /** The next byte that is no white space, or -1 at the end. */
  next(): number {
    for (;;) {
      const byte = this.#peek();
      if (byte !== SPACE && byte !== LINE_FEED && byte !== RETURN && byte !== TAB) return byte;
      if (byte === LINE_FEED) this.line++;
      this.at++;
    }
  }

  /** Goes beyond the byte, if it is the next one after white space. */
  take(byte: number): boolean {
    if (this.next() !== byte) return false;
    this.at++;
    return true;
  }

  /** A name in quotes, and its colon. Undefined for any other, and for one with escapes. */
  name(): string | undefined {
    if (this.next() !== QUOTE) return undefined;
    const start = this.at;
    if (!this.skip()) return undefined;
    const name = this.slice(start + 1, this.at - 1).toString();
    return this.take(COLON) && !name.includes('\\') ? name : undefined;
  }

  /** Goes beyond the value that begins here; false at the end of the file. */
  skip(): boolean {
    const window = this.#window;
    let { bytes } = window;
    let i = this.at - window.from;
    let end = window.to - window.from;
    let depth = 0;
    let isText = false;
    for (;;) {
      while (i >= end) {
        const at = window.from + i;
        if (!window.more(Math.min(this.keep, window.to))) return false;
        ({ bytes } = window);
        i = at - window.from;
        end = window.to - window.from;
      }
      const byte = bytes[i++];
      if (isText) {
        if (byte === BACKSLASH) i++;
        else if (byte === QUOTE) {
          isText = false;
          if (depth === 0) break;
        }
      } else if (byte === QUOTE) isText = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        if (depth-- <= 1) {
          if (depth < 0) i--;
          break;
        }
      } else if (byte === LINE_FEED) {
        if (depth === 0) {
          i--;
          break;
        }
        this.line++;
      } else if (depth === 0 && (byte === COMMA || (byte as number) <= SPACE)) {
        i--;
        break;
      }
    }
    this.at = window.from + i;
    return true;
  }

  #peek(): number {
    const window = this.#window;
    if (this.at >= window.to && !window.more(Math.min(this.keep, window.to))) return -1;
    return window.bytes[this.at - window.from] ?? -1;
  }
}

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;
