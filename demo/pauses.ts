/** The lanes that supervision or an operator paused: prints when each stops and when it resumes. */
import type { Table } from '../aws/handles.ts';
import { allSupervised } from '../aws/supervision-table.ts';
import { lookRegularly } from './look-regularly.ts';
import type { Tables } from './tables.ts';

/** A pause lasts a cool-down, which is many times as long. */
const LOOK_EVERY_MS = 1_000;

export class LanePauses {
  readonly #table: Table;
  readonly #show: (line: string) => void;
  /** Since when and why, for all that were paused at any time; the last time of each. */
  readonly seen = new Map<string, string>();
  #held: ReadonlySet<string> = new Set();

  constructor(
    { dynamodb, supervision }: Pick<Tables, 'dynamodb' | 'supervision'>,
    show: (line: string) => void,
  ) {
    this.#table = { name: supervision, dynamo: dynamodb };
    this.#show = show;
  }

  /** Polls each second until `signal` aborts. */
  follow(signal: AbortSignal): Promise<void> {
    return lookRegularly(() => this.look(), LOOK_EVERY_MS, signal);
  }

  async look(): Promise<void> {
    const held = new Set<string>();
    for (const { name, holds } of await allSupervised(this.#table)) {
      const [first] = Object.values(holds).sort((a, b) => a.since - b.since);
      if (first === undefined) continue;
      held.add(name);
      this.seen.set(name, `since ${new Date(first.since).toISOString()} because ${first.why}`);
      if (!this.#held.has(name)) this.#show(`  ‖ lane ${name} paused ${this.seen.get(name)}`);
    }
    for (const name of this.#held.difference(held)) this.#show(`  ▷ lane ${name} runs again`);
    this.#held = held;
  }

  /** A line of the summary for each, with whether it is still paused. */
  describe(): string {
    return [...this.seen]
      .map(([name, since]) => {
        const again = this.#held.has(name) ? '' : '; runs again';
        return `\n  ${'paused'.padEnd(14)}${''.padEnd(9)}  lane ${name} ${since}${again}`;
      })
      .join('');
  }
}
