/**
 * The rates of partitions. Each accepts so many writes a second, and those of an index too: a write that an index cannot
 * follow is refused by its table (back-pressure). Each answers so many reads a second, of a table or an index.
 */
import type { IndexPlan, KeyNames } from './index-view.ts';
import type { Item } from './values.ts';

/** A write that is about to happen. */
export interface Writing {
  readonly table: KeyNames & { readonly name: string };
  readonly indexes: readonly IndexPlan[];
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** What partitions have done in this second. */
class Second {
  readonly #done = new Map<string, number>();
  #second = 0;

  begin(now: number): void {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) this.#done.clear();
    this.#second = second;
  }

  of(partition: string): number {
    return this.#done.get(partition) ?? 0;
  }

  add(partition: string): void {
    this.#done.set(partition, this.of(partition) + 1);
  }
}

export class HotPartitions {
  readonly #writes = new Second();
  readonly #reads = new Second();

  /** Counts a read, or says that its partition is too hot for it. */
  refusesRead(partition: string, most: number, now: number): boolean {
    if (most === 0) return false;
    this.#reads.begin(now);
    if (this.#reads.of(partition) >= most) return true;
    this.#reads.add(partition);
    return false;
  }

  /**
   * Counts a write, or says what is too hot for it: the table's own partition, or one of an index. `most` is how many
   * writes a partition accepts in a second; 0 for any number.
   */
  refusal(
    { table, indexes, before, after }: Writing,
    most: number,
    now: number,
  ): 'table' | 'index' | undefined {
    if (most === 0) return undefined;
    this.#writes.begin(now);
    const own = `${table.name}\u0000${(after ?? before)?.[table.partition]}`;
    const others = indexes.flatMap((index) =>
      [before, after]
        .filter((item) => item?.[index.partition] !== undefined && isFollowed(index, before, after))
        .map((item) => `${table.name}\u0000${index.name}\u0000${item?.[index.partition]}`),
    );
    const isFull = (partition: string) => this.#writes.of(partition) >= most;
    if (isFull(own)) return 'table';
    if (others.some(isFull)) return 'index';
    for (const each of new Set([own, ...others])) this.#writes.add(each);
    return undefined;
  }
}

/** Whether a write changes what an index shows: one of its keys, or all that it holds. */
function isFollowed(
  { partition, sort, holds }: IndexPlan,
  before: Item | undefined,
  after: Item | undefined,
) {
  if (holds === undefined) return before !== after;
  const names = [partition, ...(sort === undefined ? [] : [sort]), ...holds];
  return names.some((name) => before?.[name] !== after?.[name]);
}
