/** Prints a line for each message that ends after the run, while the pipeline stays up. */
import { printable } from '../terminal/printable.ts';
import { lookRegularly } from './look-regularly.ts';
import { countEnded, type EndedItem, readEnded, type Tables } from './tables.ts';

const LOOK_EVERY_MS = 2_000;
/** Maximum number of lines per poll. The rest is shown as a number. */
const LINES_MAX = 20;

const SIGNS: Readonly<Record<string, string>> = {
  rejection: '✗ rejected',
  'dead-letter': '☠ dead-lettered',
  undelivered: '✗ not delivered',
};

export class LaterEnds {
  readonly #tables: Tables;
  readonly #show: (line: string) => void;
  /** Undefined before the first poll, which shows nothing: its endings belong to the run. */
  #known: ReadonlyMap<string, string> | undefined;
  #stored = 0;

  constructor(tables: Tables, show: (line: string) => void) {
    this.#tables = tables;
    this.#show = show;
  }

  /** Polls every two seconds until `signal` aborts. */
  follow(signal: AbortSignal): Promise<void> {
    return lookRegularly(() => this.look(), LOOK_EVERY_MS, signal);
  }

  async look(): Promise<void> {
    const { stored } = await countEnded(this.#tables);
    const ended = (await readEnded(this.#tables)).filter(({ status }) => status !== 'in-isolation');
    const before = this.#known;
    this.#known = new Map(ended.map(({ pk, status }) => [pk, status]));
    const more = stored - this.#stored;
    this.#stored = stored;
    if (before === undefined) return;
    if (more > 0) this.#show(`  ✓ stored: ${more} more`);
    const fresh = ended.filter(({ pk, status }) => before.get(pk) !== status);
    for (const item of fresh.slice(0, LINES_MAX)) this.#show(lineOf(item));
    if (fresh.length > LINES_MAX) {
      this.#show(`  … and ${fresh.length - LINES_MAX} more: npm run cli -- quarantine list`);
    }
  }
}

function lineOf({ pk, status, kind = '', reason = '', source }: EndedItem): string {
  const how = status === 'quarantined' ? (SIGNS[kind] ?? kind) : `⟳ ${status}`;
  const whose = source === undefined ? '' : ` of ${source}`;
  return printable(`  ${how}: ${pk}${whose}${reason === '' ? '' : `: ${reason}`}`);
}
