/** A global secondary index: the items of its table some time ago, in another order. */
import { type Partitions, putRow, removeRow } from './sorted-rows.ts';
import type { Item, Key } from './values.ts';

export interface KeyNames {
  readonly partition: string;
  readonly sort: string | undefined;
}

export interface IndexPlan extends KeyNames {
  readonly name: string;
  /** Attributes that it projects besides the keys. Undefined if it projects all. */
  readonly holds: readonly string[] | undefined;
}

export class IndexView {
  readonly partitions: Partitions = new Map();
  readonly plan: IndexPlan;
  readonly #held: readonly string[] | undefined;

  constructor(plan: IndexPlan, table: KeyNames) {
    this.plan = plan;
    const keys = [plan.partition, plan.sort, table.partition, table.sort];
    const names = keys.filter((name) => name !== undefined);
    this.#held = plan.holds && [...new Set([...names, ...plan.holds])];
  }

  *items(): Iterable<Item> {
    for (const rows of this.partitions.values()) for (const { item } of rows) yield item;
  }

  /** Applies one write of the table. `tie` is the item's key there. */
  follow(tie: string, before: Item | undefined, after: Item | undefined): void {
    if (before !== undefined) this.#remove(tie, before);
    if (after !== undefined) this.#put(tie, after);
  }

  #put(tie: string, item: Item): void {
    const { partition, sortKey } = this.#placeOf(item);
    if (partition === undefined || (this.plan.sort !== undefined && sortKey === undefined)) return;
    let rows = this.partitions.get(partition);
    if (rows === undefined) {
      rows = [];
      this.partitions.set(partition, rows);
    }
    putRow(rows, { sortKey, tie, item: this.#projected(item) });
  }

  #remove(tie: string, item: Item): void {
    const { partition, sortKey } = this.#placeOf(item);
    const rows = partition === undefined ? undefined : this.partitions.get(partition);
    if (partition === undefined || rows === undefined) return;
    removeRow(rows, { sortKey, tie });
    if (rows.length === 0) this.partitions.delete(partition);
  }

  /** An item without the index's keys is not in the index. */
  #placeOf(item: Item): { partition: Key | undefined; sortKey: Key | undefined } {
    const { partition, sort } = this.plan;
    return {
      partition: item[partition] as Key | undefined,
      sortKey: sort === undefined ? undefined : (item[sort] as Key | undefined),
    };
  }

  #projected(item: Item): Item {
    if (this.#held === undefined) return item;
    const entries = this.#held.flatMap((name) => {
      const value = item[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return Object.freeze(Object.fromEntries(entries));
  }
}
