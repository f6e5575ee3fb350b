/** A table: items by key, and the indexes that follow it. */
import { holds, type Placeholders } from './conditions.ts';
import type { Writing } from './hot-partitions.ts';
import { type IndexPlan, IndexView, type KeyNames } from './index-view.ts';
import {
  type Page,
  type PageInput,
  type Paging,
  pageOf,
  type QueryInput,
  rangeOf,
  type ScanInput,
} from './query.ts';
import { conditionFailed, tooLarge, validation } from './refusals.ts';
import {
  compareRows,
  findRow,
  type Partitions,
  putRow,
  type Row,
  type Rows,
  removeRow,
} from './sorted-rows.ts';
import { updated } from './updates.ts';
import { bytesOf, frozenCopy, type Item, isKey, type Key, picked } from './values.ts';

export interface TablePlan extends KeyNames {
  readonly name: string;
  readonly indexes: readonly IndexPlan[];
  /** The attribute with the epoch seconds after which DynamoDB may delete an item. */
  readonly expiry?: string | undefined;
}

/** Called for each write. */
export interface Written {
  readonly table: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

export interface TableSurroundings {
  now(): number;
  /** When the indexes show what is written now. */
  followAt(): number;
  written(change: Written): void;
  /** Called before a write. @throws if a partition is too hot for it */
  admit(writing: Writing): void;
  /** Called before a partition is read, of the table or an index. @throws if it is too hot for that */
  admitRead(partition: Key, index: string | undefined): void;
}

export interface ConditionalInput extends Placeholders {
  readonly ConditionExpression?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

export interface Change {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

interface Unfollowed extends Change {
  readonly at: number;
  /** The item's key. */
  readonly tie: string;
}

/** After so many writes. */
const UNFOLLOWED_MAX = 128;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const ITEM_BYTES_MAX = 400 * 1024;

export class Table {
  readonly plan: TablePlan;
  readonly #partitions: Partitions = new Map();
  readonly #indexes: ReadonlyMap<string, IndexView>;
  readonly #around: TableSurroundings;
  /** Writes that the indexes have not followed yet, in the order in which they will. */
  #unfollowed: Unfollowed[] = [];
  /** All rows in the order of a scan, from the first scan on. */
  #scanned: Rows | undefined;

  constructor(plan: TablePlan, around: TableSurroundings) {
    this.plan = plan;
    this.#around = around;
    this.#indexes = new Map(plan.indexes.map((index) => [index.name, new IndexView(index, plan)]));
  }

  get(key: Item): Item | undefined {
    const { partition, sortKey } = this.#placeOf(key);
    const rows = this.#partitions.get(partition);
    return rows && findRow(rows, { sortKey, tie: '' })?.item;
  }

  /** As it was until so long ago, for a reader that may see the past. */
  formerly(key: Item, withinMs: number): Item | undefined {
    const { partition, sortKey } = this.#placeOf(key);
    const rows = this.#partitions.get(partition);
    const row = rows && findRow(rows, { sortKey, tie: '' });
    const { former } = row ?? {};
    const isPast = former !== undefined && this.#around.now() - former.at <= withinMs;
    return isPast ? former.item : row?.item;
  }

  /** All items, for checks at the end of a run. */
  *items(): Iterable<Item> {
    for (const rows of this.#partitions.values()) for (const { item } of rows) yield item;
  }

  put(item: unknown, input: ConditionalInput): Change {
    const after = frozenCopy(item) as Item;
    return this.#change(after, input, () => after);
  }

  delete(key: Item, input: ConditionalInput): Change {
    return this.#change(key, input, () => undefined);
  }

  /** An absent item starts with only its key. */
  update(key: Item, expression: string, input: ConditionalInput): Change {
    return this.#change(key, input, (before) => {
      const next = updated(before ?? (frozenCopy(key) as Item), expression, input);
      const { partition, sort } = this.plan;
      if (next[partition] !== key[partition] || (sort && next[sort] !== key[sort])) {
        throw validation('an update changes no key');
      }
      return next;
    });
  }

  #change(
    key: Item,
    input: ConditionalInput,
    next: (before: Item | undefined) => Item | undefined,
  ): Change {
    const before = this.get(key);
    if (!holds(input.ConditionExpression, before, input)) {
      throw conditionFailed(input.ReturnValuesOnConditionCheckFailure ? before : undefined);
    }
    const after = next(before);
    if (after !== undefined && bytesOf(after) > ITEM_BYTES_MAX) throw tooLarge();
    const { plan } = this;
    this.#around.admit({ table: plan, indexes: plan.indexes, before, after });
    this.#store(key, before, after);
    this.#tell(key, before, after);
    return { before, after };
  }

  #store(key: Item, before: Item | undefined, item: Item | undefined): void {
    const { partition, sortKey } = this.#placeOf(key);
    const rows = this.#partitions.get(partition) ?? [];
    if (item === undefined) removeRow(rows, { sortKey, tie: '' });
    else {
      const former = { item: before, at: this.#around.now() };
      putRow(rows, { sortKey, tie: '', item, former });
    }
    if (rows.length === 0) this.#partitions.delete(partition);
    else this.#partitions.set(partition, rows);
    if (this.#scanned === undefined) return;
    if (item !== undefined) putRow(this.#scanned, this.#scanRow(item));
    else removeRow(this.#scanned, { sortKey: this.#tieOf(key), tie: '' });
  }

  #tell(key: Item, before: Item | undefined, after: Item | undefined): void {
    const { name } = this.plan;
    if (this.#indexes.size > 0) {
      this.#unfollowed.push({ at: this.#around.followAt(), tie: this.#tieOf(key), before, after });
      if (this.#unfollowed.length % UNFOLLOWED_MAX === 0) this.#follow();
    }
    this.#around.written({ table: name, before, after });
  }

  /** Done when an index is read, or much is due: an event for each write would take longer. */
  #follow(): void {
    const now = this.#around.now();
    const firstLater = this.#unfollowed.findIndex(({ at }) => at > now);
    const count = firstLater === -1 ? this.#unfollowed.length : firstLater;
    for (const { tie, before, after } of this.#unfollowed.splice(0, count)) {
      for (const index of this.#indexes.values()) index.follow(tie, before, after);
    }
  }

  query(input: QueryInput, most: number): Page {
    const { KeyConditionExpression, ExclusiveStartKey } = input;
    const index = this.#indexOf(input);
    const keys = index?.plan ?? this.plan;
    const { partition, within } = rangeOf(KeyConditionExpression, keys, input);
    this.#around.admitRead(partition, input.IndexName);
    const rows = (index?.partitions ?? this.#partitions).get(partition) ?? [];
    const start = ExclusiveStartKey && {
      sortKey: keys.sort === undefined ? undefined : (ExclusiveStartKey[keys.sort] as Key),
      tie: index === undefined ? '' : this.#tieOf(ExclusiveStartKey),
    };
    return pageOf(rows, within(rows), input, this.#paging(start, input, most, index?.plan));
  }

  /** In the order of the keys. DynamoDB's own order is not defined. */
  scan(input: ScanInput, most: number): Page {
    const { ExclusiveStartKey } = input;
    const index = this.#indexOf(input);
    const rows = index ? this.#sorted(index.items()) : this.#scannedRows();
    const start = ExclusiveStartKey && { sortKey: this.#tieOf(ExclusiveStartKey), tie: '' };
    return pageOf(rows, [0, rows.length], input, this.#paging(start, input, most, index?.plan));
  }

  #scannedRows(): Rows {
    this.#scanned ??= this.#sorted(this.items());
    return this.#scanned;
  }

  #sorted(items: Iterable<Item>): Rows {
    return Array.from(items, this.#scanRow).sort(compareRows);
  }

  /** The index that is asked for, as it shows itself now. */
  #indexOf({ IndexName }: Pick<QueryInput, 'IndexName'>): IndexView | undefined {
    if (IndexName === undefined) return undefined;
    const index = this.#indexes.get(IndexName);
    if (index === undefined) throw validation(`no index ${IndexName}`);
    this.#follow();
    return index;
  }

  /** Deletes expired items, whatever a partition still accepts. Observers see that as any other write. */
  expire(now: number): void {
    const { expiry } = this.plan;
    if (expiry === undefined) return;
    const gone = [...this.items()].filter((item) => Number(item[expiry]) * 1_000 < now);
    for (const item of gone) {
      this.#store(item, item, undefined);
      this.#tell(item, item, undefined);
    }
  }

  #paging(start: Paging['start'], { Limit }: PageInput, most: number, index?: IndexPlan): Paging {
    return {
      start,
      most: Math.min(Limit ?? Number.POSITIVE_INFINITY, most),
      keyOf: ({ item }: Row) => ({
        ...this.#keyOf(item),
        ...(index && picked(item, [index.partition, index.sort])),
      }),
    };
  }

  #keyOf(item: Item): Item {
    return picked(item, [this.plan.partition, this.plan.sort]);
  }

  #placeOf(key: Item): { partition: Key; sortKey: Key | undefined } {
    const { partition, sort, name } = this.plan;
    const first = key[partition];
    const second = sort === undefined ? undefined : key[sort];
    if (!isKey(first) || (sort !== undefined && !isKey(second))) {
      throw validation(`an item of ${name} is without its key`);
    }
    return { partition: first, sortKey: second as Key | undefined };
  }

  #tieOf(key: Item): string {
    const { partition, sort } = this.plan;
    return sort === undefined ? String(key[partition]) : `${key[partition]}\u0000${key[sort]}`;
  }

  #scanRow = (item: Item): Row => ({ sortKey: this.#tieOf(item), tie: '', item });
}
