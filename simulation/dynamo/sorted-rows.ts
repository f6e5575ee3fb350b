/** Rows of one partition, in the order of their sort keys. */
import { compareStrings, type Item, type Key } from './values.ts';

export interface Row {
  readonly sortKey: Key | undefined;
  /** Distinguishes rows of an index with the same sort key. Empty in a table. */
  readonly tie: string;
  readonly item: Item;
  /** What it replaced and when, for readers that may see the past. */
  readonly former?: { readonly item: Item | undefined; readonly at: number };
}

export type Rows = Row[];
/** By the key of the partition. */
export type Partitions = Map<Key, Rows>;

export function compareRows(
  one: Pick<Row, 'sortKey' | 'tie'>,
  other: Pick<Row, 'sortKey' | 'tie'>,
): number {
  return compareKeys(one.sortKey, other.sortKey) || compareStrings(one.tie, other.tie);
}

function compareKeys(one: Key | undefined, other: Key | undefined): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return compareStrings(one, other);
  return 0;
}

/** Index of the first row for which `isReached` is true. It must be true for all later rows too. */
export function firstPlace(rows: Rows, isReached: (row: Row) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isReached(rows[middle] as Row)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Inserts a row at its place, or replaces the one with the same key. */
export function putRow(rows: Rows, row: Row): void {
  const place = firstPlace(rows, (other) => compareRows(other, row) >= 0);
  const other = rows[place];
  const isSame = other !== undefined && compareRows(other, row) === 0;
  rows.splice(place, isSame ? 1 : 0, row);
}

export function removeRow(rows: Rows, row: Pick<Row, 'sortKey' | 'tie'>): void {
  const place = firstPlace(rows, (other) => compareRows(other, row) >= 0);
  const other = rows[place];
  if (other !== undefined && compareRows(other, row) === 0) rows.splice(place, 1);
}

export function findRow(rows: Rows, row: Pick<Row, 'sortKey' | 'tie'>): Row | undefined {
  const other = rows[firstPlace(rows, (one) => compareRows(one, row) >= 0)];
  return other !== undefined && compareRows(other, row) === 0 ? other : undefined;
}
