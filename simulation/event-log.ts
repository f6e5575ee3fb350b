import { createHash } from 'node:crypto';

/** Lines are hashed in groups: a hash call per line would take longer than the run. */
const LINES_MAX = 512;

/**
 * Everything that happened, line by line. Only a hash is kept, so that long runs can be compared.
 */
export class EventLog {
  readonly #hash = createHash('sha256');
  readonly #also: ((line: string) => void) | undefined;
  #lines: string[] = [];
  #count = 0;

  /** @param also called for each line, for a person who follows the run */
  constructor(also?: (line: string) => void) {
    this.#also = also;
  }

  get count(): number {
    return this.#count;
  }

  write(line: string): void {
    this.#count += 1;
    this.#also?.(line);
    if (this.#lines.push(line) === LINES_MAX) this.#flush();
  }

  /** The hash of all lines so far. */
  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  #flush(): void {
    if (this.#lines.length > 0) this.#hash.update(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}
