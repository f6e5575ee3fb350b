import { createHash } from 'node:crypto';

/** Lines that are hashed together: a call of the hash for each would cost more than the run. */
const LINES_MAX = 512;

/** What happened, line by line. It is kept as a hash, so that a run of any length can be compared with another. */
export class EventLog {
  readonly #hash = createHash('sha256');
  readonly #also: ((line: string) => void) | undefined;
  #lines: string[] = [];
  #count = 0;

  /** `also` is shown each line: a person who follows a run. */
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
