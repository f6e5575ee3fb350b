/** Places of the entries of a large Bundle and of their resources. In arrays of numbers, because there may be millions. */

/** Offsets of the start and the end in the file, and the line of the start. */
export interface Part {
  readonly start: number;
  readonly end: number;
  readonly line: number;
}

/** Three for an entry, three for its resource. */
const NUMBERS = 6;
const ENTRIES = 4096;
const NONE: Part = { start: -1, end: -1, line: -1 };

export class EntryOffsets {
  readonly #chunks: Float64Array[] = [];
  length = 0;

  push(entry: Part, resource: Part = NONE): void {
    const at = this.length % ENTRIES;
    if (at === 0) this.#chunks.push(new Float64Array(NUMBERS * ENTRIES));
    const { start, end, line } = resource;
    const numbers = [entry.start, entry.end, entry.line, start, end, line];
    this.#chunks.at(-1)?.set(numbers, at * NUMBERS);
    this.length++;
  }

  entry(index: number): Part {
    return this.#part(index, 0);
  }

  /** Undefined if the entry has no resource. */
  resource(index: number): Part | undefined {
    const part = this.#part(index, NUMBERS / 2);
    return part.start < 0 ? undefined : part;
  }

  #part(index: number, offset: number): Part {
    const at = (index % ENTRIES) * NUMBERS + offset;
    const numbers = this.#chunks[Math.floor(index / ENTRIES)];
    const [start = 0, end = 0, line = 0] = numbers?.subarray(at, at + NUMBERS / 2) ?? [];
    return { start, end, line };
  }
}
