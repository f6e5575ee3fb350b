/**
 * What an expression compiles to. A FHIRPath value is a collection; most collections in invariants hold
 * at most one item by their types, and for those no array is ever built: they are a few alternatives
 * (one, or one for each type of a choice), each a JavaScript expression with a test that it is there.
 * Collections that may hold more can test whether `some` item passes, which turns whole pipelines
 * (`a.b.where(…).exists()`) into nested loops. They are built as an array only if needed.
 *
 * Booleans are two tests, *is true* and *is false*; neither holds of the empty collection. That is
 * FHIRPath's three-valued logic without a third value at run time.
 */
import { and, FALSE, not, or, TRUE } from './js.ts';

export interface Item {
  /** JavaScript of the JSON value. Nullish if a primitive has only its `_` sibling. */
  readonly value: string;
  /** JavaScript test that the item is present. */
  readonly present: string;
  /** JavaScript of a primitive's `_` sibling. */
  readonly sibling?: string;
  /** The types it may have, names of the type model or `System.String` and the like. Empty: any. */
  readonly types: readonly string[];
}

export interface Single {
  readonly kind: 'single';
  /** At most one of them is there. */
  readonly items: readonly Item[];
  /** A boolean that is never empty: the second item is there exactly when the first is not. */
  readonly isDefinite?: boolean;
}

export interface Many {
  readonly kind: 'many';
  /** JavaScript test whether some item passes. */
  some(test: (item: Item) => string): string;
  /** JavaScript of an array of all values, absent ones as null. */
  readonly list: () => string;
  /** When it is one property: its array (maybe undefined), the `_` sibling's, the items' types. */
  readonly array?: { readonly code: string; readonly sibling?: string };
  readonly types: readonly string[];
}

export type Collection = Single | Many;

export const EMPTY: Single = { kind: 'single', items: [] };

export function single(value: string, types: readonly string[], present = TRUE): Single {
  return { kind: 'single', items: [{ value, present, types }] };
}

/** A boolean that is never empty. */
export function definite(test: string): Single {
  return { ...boolean(test, not(test)), isDefinite: true };
}

export function boolean(isTrue: string, isFalse: string): Single {
  const types = ['System.Boolean'];
  const items = [
    { value: TRUE, present: isTrue, types },
    { value: FALSE, present: isFalse, types },
  ].filter((item) => item.present !== FALSE);
  return { kind: 'single', items };
}

export function some(of: Collection, test: (item: Item) => string): string {
  if (of.kind === 'many') return of.some(test);
  return or(...of.items.map((item) => and(item.present, test(item))));
}

/** As `some`, for a test that no nullish value passes, so that presence need not be tested too. */
export function someValue(of: Single, test: (item: Item) => string): string {
  return or(...of.items.map((item) => and(presenceBeyondValue(item), test(item))));
}

/** What of an item's presence a value that is not nullish does not imply: a filter, mostly. */
export function presenceBeyondValue({ value, present, sibling }: Item): string {
  const isThere = `${value} !== undefined`;
  const isPlain = present === isThere || present === or(isThere, `${sibling} !== undefined`);
  return isPlain ? TRUE : present;
}

export function exists(of: Collection): string {
  return some(of, () => TRUE);
}

export interface Truth {
  readonly isTrue: string;
  readonly isFalse: string;
  readonly isDefinite: boolean;
}

/** The collection where a boolean is expected: a single item that is not a boolean counts as true. */
export function truth(of: Collection): Truth {
  // If there are several items, which no sensible expression has, each is tested.
  if (of.kind === 'many') {
    const isTrue = some(of, (item) =>
      isBoolean(item) || item.types.length === 0 ? `${item.value} !== false` : TRUE,
    );
    return { isTrue, isFalse: FALSE, isDefinite: false };
  }
  return {
    isTrue: or(...of.items.map((item) => (isBoolean(item) ? is(item, TRUE) : item.present))),
    isFalse: or(...of.items.map((item) => (isBoolean(item) ? is(item, FALSE) : FALSE))),
    isDefinite: of.isDefinite === true,
  };
}

function isBoolean({ types }: Item): boolean {
  return types.includes('boolean') || types.includes('System.Boolean');
}

function is(item: Item, wanted: typeof TRUE | typeof FALSE): string {
  const { value, present } = item;
  if (value === TRUE || value === FALSE) return value === wanted ? present : FALSE;
  return and(presenceBeyondValue(item), `${value} === ${wanted}`);
}

/** JavaScript of the value of a single collection: nullish when there is none. */
export function valueCode(of: Single): string {
  const [first, ...rest] = of.items;
  if (first === undefined) return 'undefined';
  const isSelfTesting = first.present === TRUE || first.present.includes(`${first.value} !== `);
  if (rest.length === 0 && isSelfTesting) return first.value;
  const cases = of.items.map((item) => `${item.present} ? ${item.value} : `);
  return `(${cases.join('')}undefined)`;
}

/** JavaScript of an array of the collection's values, absent ones as null. */
export function listCode(of: Collection): string {
  if (of.kind === 'many') return of.list();
  const [first] = of.items;
  if (first?.present === TRUE) return `[${first.value} ?? null]`;
  const cases = of.items.map((item) => `${item.present} ? [${item.value} ?? null] : `);
  return `(${cases.join('')}[])`;
}

export function typesOf(of: Collection): readonly string[] {
  if (of.kind === 'many') return of.types;
  const all = of.items.map((item) => item.types);
  return all.some((types) => types.length === 0) ? [] : [...new Set(all.flat())];
}
