/**
 * What a file begins with, which tells a resource on each line from one JSON document. The content decides: standard
 * input has no name, and a name says nothing of how its resource is laid out.
 */
import { decodeUtf8 } from './entry.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
/** Number of lines that are looked at if a file is neither JSON nor begins with a resource. */
const LINES_LOOKED_AT = 10;

export class Beginning {
  readonly #chunks: AsyncGenerator<Buffer>;
  readonly #bytesMax: number;
  readonly #held: Buffer[] = [];
  #bytes = 0;
  #isEnded = false;

  /** @param bytesMax is held at most */
  constructor(chunks: AsyncGenerator<Buffer>, bytesMax: number) {
    this.#chunks = chunks;
    this.#bytesMax = bytesMax;
  }

  /**
   * Whether there is a resource on each line, as far as the beginning tells. Reads no further than the end of a first
   * resource: the second one of a pipe may come much later. Only a Bundle has to be followed by something.
   */
  async isLines(): Promise<boolean> {
    const start = await this.#find(textIn, 0);
    const end = start < 0 ? -1 : await this.#find(lineEndIn, start);
    if (end < 0) return false;
    const line = decodeUtf8(Buffer.concat(this.#held).subarray(start, end));
    const type = line === undefined ? undefined : resourceTypeOf(line);
    if (type !== 'Bundle') return type !== undefined;
    return (await this.#find(textIn, end)) >= 0;
  }

  /** All of it, from the first byte on. */
  async *all(): AsyncGenerator<Buffer> {
    yield* this.#held;
    if (!this.#isEnded) yield* this.#chunks;
  }

  /** @returns where the first such byte is, from this position on; negative if there is none */
  async #find(placeIn: (bytes: Buffer) => number, from: number): Promise<number> {
    let before = 0;
    for (let index = 0; ; index++) {
      const chunk = this.#held[index] ?? (await this.#next());
      if (chunk === undefined) return -1;
      const skipped = Math.min(chunk.length, Math.max(0, from - before));
      const at = placeIn(chunk.subarray(skipped));
      if (at >= 0) return before + skipped + at;
      before += chunk.length;
    }
  }

  async #next(): Promise<Buffer | undefined> {
    if (this.#isEnded || this.#bytes >= this.#bytesMax) return undefined;
    const { done, value } = await this.#chunks.next();
    this.#isEnded = done === true;
    if (done) return undefined;
    this.#held.push(value);
    this.#bytes += value.length;
    return value;
  }
}

const textIn = (bytes: Buffer): number => bytes.findIndex((byte) => byte > SPACE);
const lineEndIn = (bytes: Buffer): number => bytes.indexOf(NEWLINE);

/** The name decides only for files that may contain any number of resources, including none. */
export function isNamedLines(file: string): boolean {
  return /\.ndjson(\.gz)?$/i.test(file);
}

/** For a text that is not JSON: its first line may be broken, and the others resources. */
export function hasResourceLines(text: string): boolean {
  const lines = text.split('\n', LINES_LOOKED_AT);
  return lines.some((line) => resourceTypeOf(line) !== undefined);
}

/** @returns null for a resource whose type is no string; undefined for what is not a resource */
function resourceTypeOf(line: string): string | null | undefined {
  const value = parsed(line);
  if (typeof value !== 'object' || value === null || !('resourceType' in value)) return undefined;
  return typeof value.resourceType === 'string' ? value.resourceType : null;
}

/** @returns undefined for what is not JSON, which JSON itself never is. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
