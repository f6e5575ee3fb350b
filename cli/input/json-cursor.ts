/**
 * Reads the JSON of a large file byte by byte, to find where values end. It does not check whether a
 * value is valid: its caller gives the text of each value to JSON.parse.
 */
import { FileWindow } from './file-window.ts';

export class JsonCursor {
  readonly #window: FileWindow;
  /** Offset of the next byte. */
  at = 0;
  /** Bytes before this offset are not needed again. */
  keep = 0;
  /** Line of the next byte. */
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

  /** Skips white space, and returns the next byte. -1 at the end. */
  next(): number {
    for (;;) {
      const byte = this.#peek();
      if (byte !== SPACE && byte !== LINE_FEED && byte !== RETURN && byte !== TAB) return byte;
      if (byte === LINE_FEED) this.line++;
      this.at++;
    }
  }

  /** Skips white space and then this byte. False if another byte is next. */
  take(byte: number): boolean {
    if (this.next() !== byte) return false;
    this.at++;
    return true;
  }

  /** Reads a name in quotes and its colon. Undefined if there is none, or if the name has escapes. */
  name(): string | undefined {
    if (this.next() !== QUOTE) return undefined;
    const start = this.at;
    if (!this.skip()) return undefined;
    const name = this.slice(start + 1, this.at - 1).toString();
    return this.take(COLON) && !name.includes('\\') ? name : undefined;
  }

  /** Skips the value that begins here. False if the file ends before it does. */
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
