/** The lanes that supervision or an operator paused: prints when each stops and when it resumes. */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { lookRegularly } from './look-regularly.ts';
import type { Tables } from './tables.ts';

/** A pause lasts a cool-down, which is many times as long. */
const LOOK_EVERY_MS = 1_000;

const holdSchema = z.object({ since: z.number(), why: z.string() });
const itemSchema = z.object({ name: z.string(), holds: z.record(z.string(), holdSchema) });

export class LanePauses {
  readonly #dynamodb: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #show: (line: string) => void;
  /** Since when and why, for all that were paused at any time; the last time of each. */
  readonly seen = new Map<string, string>();
  #held: ReadonlySet<string> = new Set();

  constructor(
    { dynamodb, supervision }: Pick<Tables, 'dynamodb' | 'supervision'>,
    show: (line: string) => void,
  ) {
    this.#dynamodb = dynamodb;
    this.#table = supervision;
    this.#show = show;
  }

  /** Polls each second until `signal` aborts. */
  follow(signal: AbortSignal): Promise<void> {
    return lookRegularly(() => this.look(), LOOK_EVERY_MS, signal);
  }

  async look(): Promise<void> {
    const { Items = [] } = await this.#dynamodb.send(new ScanCommand({ TableName: this.#table }));
    const held = new Set<string>();
    for (const { name, holds } of Items.map((item) => itemSchema.parse(item))) {
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
