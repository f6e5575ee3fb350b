/**
 * The rates of partitions. Each accepts so many writes a second, and those of an index too: a write that an index cannot
 * follow is refused by its table (back-pressure).
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

export class HotPartitions {
  /** Writes in this second, by partition. */
  readonly #writes = new Map<string, number>();
  #second = 0;

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
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) this.#writes.clear();
    this.#second = second;
    const own = `${table.name}\u0000${(after ?? before)?.[table.partition]}`;
    const others = indexes.flatMap((index) =>
      [before, after]
        .filter((item) => item?.[index.partition] !== undefined && isFollowed(index, before, after))
        .map((item) => `${table.name}\u0000${index.name}\u0000${item?.[index.partition]}`),
    );
    const isFull = (partition: string) => (this.#writes.get(partition) ?? 0) >= most;
    if (isFull(own)) return 'table';
    if (others.some(isFull)) return 'index';
    for (const each of new Set([own, ...others])) {
      this.#writes.set(each, (this.#writes.get(each) ?? 0) + 1);
    }
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
