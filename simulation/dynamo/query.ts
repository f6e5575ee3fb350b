/** Queries: converts a key condition to a range of rows, and returns it page by page. */
import { type Condition, type Operand, readCondition } from './condition-parser.ts';
import { holds, type Placeholders, placeholderOf } from './conditions.ts';
import type { KeyNames } from './index-view.ts';
import { type Names, readPath, resolveName, resolvePath } from './paths.ts';
import { validation } from './refusals.ts';
import { compareRows, firstPlace, type Row, type Rows } from './sorted-rows.ts';
import { Tokens } from './tokens.ts';
import { compareValues, type Item, type Key, type Value } from './values.ts';

export interface Page {
  readonly Items: readonly Item[];
  readonly Count: number;
  readonly ScannedCount: number;
  readonly LastEvaluatedKey?: Item;
}

export interface PageInput extends Placeholders {
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly Limit?: number | undefined;
  readonly ScanIndexForward?: boolean | undefined;
}

export interface QueryInput extends PageInput {
  readonly IndexName?: string | undefined;
  readonly KeyConditionExpression: string;
  readonly ExclusiveStartKey?: Item | undefined;
}

export interface ScanInput extends PageInput {
  readonly IndexName?: string | undefined;
  readonly ExclusiveStartKey?: Item | undefined;
}

/** Start and maximum size of a page, and the attributes that identify a row. */
export interface Paging {
  readonly start: Pick<Row, 'sortKey' | 'tie'> | undefined;
  readonly most: number;
  readonly keyOf: (row: Row) => Item;
}

/** The rows that a key condition selects: one partition, and a range of its rows. */
export function rangeOf(
  expression: string,
  { partition, sort }: KeyNames,
  placeholders: Placeholders,
): { readonly partition: Key; readonly within: (rows: Rows) => readonly [number, number] } {
  const condition = readCondition(expression);
  const parts = condition.kind === 'and' ? condition.all : [condition];
  const named = parts.map((part) => ({ part, name: nameIn(part, placeholders) }));
  const first = named.find(({ name }) => name === partition)?.part;
  const second = named.find(({ name }) => sort !== undefined && name === sort)?.part;
  if (first?.kind !== 'compare' || first.comparator !== '=') {
    throw validation(`the key condition "${expression}" names no ${partition}`);
  }
  if (parts.length > (second === undefined ? 1 : 2)) {
    throw validation(`the key condition "${expression}" names what is no key`);
  }
  const value = (operand: Operand) => boundOf(operand, placeholders);
  return {
    partition: value(first.right) as Key,
    within: (rows) => (second === undefined ? [0, rows.length] : placesOf(second, rows, value)),
  };
}

function placesOf(
  condition: Condition,
  rows: Rows,
  value: (operand: Operand) => Value,
): readonly [number, number] {
  const from = (bound: Value) => firstPlace(rows, (row) => order(row, bound) >= 0);
  const after = (bound: Value) => firstPlace(rows, (row) => order(row, bound) > 0);
  if (condition.kind === 'between')
    return [from(value(condition.from)), after(value(condition.to))];
  if (condition.kind === 'begins_with') {
    const prefix = String(value(condition.operand));
    const isBeyond = (row: Row) =>
      order(row, prefix) > 0 && !String(row.sortKey).startsWith(prefix);
    return [from(prefix), firstPlace(rows, isBeyond)];
  }
  if (condition.kind !== 'compare') throw validation(`${condition.kind} is no key condition`);
  const bound = value(condition.right);
  switch (condition.comparator) {
    case '=':
      return [from(bound), after(bound)];
    case '<':
      return [0, from(bound)];
    case '<=':
      return [0, after(bound)];
    case '>':
      return [after(bound), rows.length];
    case '>=':
      return [from(bound), rows.length];
    case '<>':
      throw validation('<> is no key condition');
  }
}

function order({ sortKey }: Row, bound: Value): number {
  const difference = sortKey === undefined ? undefined : compareValues(sortKey, bound);
  if (difference === undefined) throw validation('a key condition compares two types');
  return difference;
}

function nameIn(condition: Condition, placeholders: Placeholders): string | undefined {
  const names = placeholders.ExpressionAttributeNames;
  const path =
    condition.kind === 'begins_with'
      ? condition.path
      : condition.kind === 'compare'
        ? pathOf(condition.left)
        : condition.kind === 'between'
          ? pathOf(condition.of)
          : undefined;
  if (path === undefined || path.length !== 1) return undefined;
  return String(resolvePath(path, names)[0]);
}

const pathOf = (operand: Operand) => (operand.kind === 'path' ? operand.path : undefined);

function boundOf(operand: Operand, placeholders: Placeholders): Value {
  if (operand.kind !== 'value') throw validation('a key condition compares with values');
  return placeholderOf(operand.name, placeholders);
}

/** One page of a range. The limit counts rows before the filter. */
export function pageOf(
  rows: Rows,
  [low, high]: readonly [number, number],
  input: PageInput,
  { start, most, keyOf }: Paging,
): Page {
  const isForward = input.ScanIndexForward ?? true;
  let [from, to] = [low, high];
  if (start !== undefined && isForward) {
    from = Math.max(
      low,
      firstPlace(rows, (row) => compareRows(row, start) > 0),
    );
  } else if (start !== undefined) {
    to = Math.min(
      high,
      firstPlace(rows, (row) => compareRows(row, start) >= 0),
    );
  }
  const count = Math.max(0, Math.min(to - from, most));
  const page = isForward ? rows.slice(from, from + count) : rows.slice(to - count, to).reverse();
  const last = page.at(-1);
  // A full page has the key of its last row, even if nothing follows.
  const isMore = last !== undefined && (count < to - from || count === input.Limit);
  const Items = page
    .filter(({ item }) => holds(input.FilterExpression, item, input))
    .map(({ item }) => projected(item, input.ProjectionExpression, input.ExpressionAttributeNames));
  return {
    Items,
    Count: Items.length,
    ScannedCount: count,
    ...(isMore && { LastEvaluatedKey: keyOf(last) }),
  };
}

/** The requested attributes. Ours are all top-level attributes. */
export function projected(
  item: Item,
  expression: string | undefined,
  names: Names | undefined,
): Item {
  if (expression === undefined) return item;
  const chosen: Record<string, Value> = {};
  for (const part of readProjection(expression)) {
    const name = resolveName(part, names);
    if (Object.hasOwn(item, name)) chosen[name] = item[name] as Value;
  }
  return Object.freeze(chosen);
}

const known = new Map<string, readonly string[]>();

/** Names or placeholders. Cached, as conditions are. */
function readProjection(expression: string): readonly string[] {
  const before = known.get(expression);
  if (before !== undefined) return before;
  const tokens = new Tokens(expression);
  const parts: string[] = [];
  do {
    const [part, ...more] = readPath(tokens);
    if (more.length > 0) throw validation('a projection names attributes at the top');
    parts.push(String(part));
  } while (tokens.take(','));
  known.set(expression, parts);
  return parts;
}
