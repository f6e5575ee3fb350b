/**
 * The result of compiling an expression. A FHIRPath value is a collection. Most collections in
 * invariants hold at most one item by their types, and no array is built for those: they are a few
 * alternatives (one, or one for each type of a choice), each a JavaScript expression with a test
 * whether the item is present. A collection that may hold more can test whether `some` item passes,
 * which turns whole pipelines (`a.b.where(…).exists()`) into nested loops. It becomes an array only
 * where one is needed.
 *
 * A boolean is two tests, *is true* and *is false*. For the empty collection both are false, which
 * gives FHIRPath's three-valued logic without a third value at run time.
 */
import { and, FALSE, not, or, TRUE } from './js.ts';

export interface Item {
  /**
   * JavaScript expression of the JSON value. Null or undefined if a primitive has only its `_`
   * sibling.
   */
  readonly value: string;
  /** JavaScript test whether the item is present. */
  readonly present: string;
  /** JavaScript expression of a primitive's `_` sibling. */
  readonly sibling?: string;
  /**
   * The possible types: names of the type model, or System types such as `System.String`. Empty:
   * any type.
   */
  readonly types: readonly string[];
}

export interface Single {
  readonly kind: 'single';
  /** Alternatives: at most one of them is present. */
  readonly items: readonly Item[];
  /** True for a boolean that is never empty: exactly one of the two items is present. */
  readonly isDefinite?: boolean;
}

export interface Many {
  readonly kind: 'many';
  /** Emits a JavaScript test whether some item passes. */
  some(test: (item: Item) => string): string;
  /** JavaScript expression of an array of all values, with null for absent ones. */
  readonly list: () => string;
  /**
   * For a single property: its array (may be undefined), the array of `_` siblings, and the items'
   * types.
   */
  readonly array?: { readonly code: string; readonly sibling?: string };
  readonly types: readonly string[];
}

export type Collection = Single | Many;

export const EMPTY: Single = { kind: 'single', items: [] };

export function single(value: string, types: readonly string[], present = TRUE): Single {
  return { kind: 'single', items: [{ value, present, types }] };
}

/** A value that is empty if it is undefined. */
export function optional(value: string, types: readonly string[]): Single {
  return single(value, types, `${value} !== undefined`);
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

/**
 * Like `some`, for a test that fails for null and undefined, so that presence need not be tested
 * too.
 */
export function someValue(of: Single, test: (item: Item) => string): string {
  return or(...of.items.map((item) => and(presenceBeyondValue(item), test(item))));
}

/**
 * The part of an item's presence test that a value other than null and undefined does not imply.
 * Mostly a filter.
 */
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

/**
 * Converts a collection where a boolean is expected: a single item that is not a boolean counts as
 * true.
 */
export function truth(of: Collection): Truth {
  // Several items: each is tested for true. Only a single one is false.
  if (of.kind === 'many') {
    const mayBeFalse = ({ types }: Pick<Item, 'types'>) =>
      types.length === 0 || isBoolean({ types });
    const isTrue = some(of, (item) => (mayBeFalse(item) ? `${item.value} !== false` : TRUE));
    const isOnlyFalse = '(value, _, all) => value === false && all.length === 1';
    const isFalse = mayBeFalse(of) ? `${of.list()}.some(${isOnlyFalse})` : FALSE;
    return { isTrue, isFalse, isDefinite: false };
  }
  return {
    isTrue: or(...of.items.map((item) => (isBoolean(item) ? is(item, TRUE) : item.present))),
    isFalse: or(...of.items.map((item) => (isBoolean(item) ? is(item, FALSE) : FALSE))),
    isDefinite: of.isDefinite === true,
  };
}

function isBoolean({ types }: Pick<Item, 'types'>): boolean {
  return types.includes('boolean') || types.includes('System.Boolean');
}

function is(item: Item, wanted: typeof TRUE | typeof FALSE): string {
  const { value, present } = item;
  if (value === TRUE || value === FALSE) return value === wanted ? present : FALSE;
  return and(presenceBeyondValue(item), `${value} === ${wanted}`);
}

/** JavaScript expression of the value of a single collection. Null or undefined if it is empty. */
export function valueCode(of: Single): string {
  const [first, ...rest] = of.items;
  if (first === undefined) return 'undefined';
  const isSelfTesting = first.present === TRUE || first.present.includes(`${first.value} !== `);
  if (rest.length === 0 && isSelfTesting) return first.value;
  const cases = of.items.map((item) => `${item.present} ? ${item.value} : `);
  return `(${cases.join('')}undefined)`;
}

/** JavaScript expression of an array of the collection's values, with null for absent ones. */
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
