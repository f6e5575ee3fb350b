/** DynamoDB's values, in the document client's form. */
import assert from 'node:assert/strict';

export type Value =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | ReadonlySet<string | number>
  | readonly Value[]
  | { readonly [name: string]: Value };
export type Item = { readonly [name: string]: Value };
export type Key = string | number;

export type TypeName = 'NULL' | 'BOOL' | 'N' | 'S' | 'B' | 'SS' | 'NS' | 'L' | 'M';

export function typeOf(value: Value): TypeName {
  if (value === null) return 'NULL';
  switch (typeof value) {
    case 'boolean':
      return 'BOOL';
    case 'number':
      return 'N';
    case 'string':
      return 'S';
    default:
      if (Array.isArray(value)) return 'L';
      if (value instanceof Uint8Array) return 'B';
      if (value instanceof Set) {
        const [first] = value;
        return typeof first === 'number' ? 'NS' : 'SS';
      }
      return 'M';
  }
}

export function isMap(value: Value | undefined): value is { readonly [name: string]: Value } {
  return value !== undefined && typeOf(value) === 'M';
}

/**
 * A frozen copy without undefined members. Items are shared from then on: a reader gets the item
 * itself, and an update copies only what is on its path.
 */
export function frozenCopy(value: unknown): Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') {
    if (typeof value !== 'number' || !Number.isFinite(value)) assert.fail(`no item holds ${value}`);
    return value;
  }
  if (value instanceof Uint8Array || value instanceof Set) return value;
  if (Array.isArray(value)) {
    return Object.freeze(value.filter((element) => element !== undefined).map(frozenCopy));
  }
  const copy: Record<string, Value> = {};
  for (const name in value) {
    const field = (value as Record<string, unknown>)[name];
    if (field !== undefined) copy[name] = frozenCopy(field);
  }
  return Object.freeze(copy);
}

/** Whether two values have the same type and content. */
export function areEqual(one: Value, other: Value): boolean {
  if (one === other) return true;
  const type = typeOf(one);
  if (type !== typeOf(other)) return false;
  switch (type) {
    case 'L': {
      const [left, right] = [one as readonly Value[], other as readonly Value[]];
      return (
        left.length === right.length &&
        left.every((element, index) => areEqual(element, right[index] as Value))
      );
    }
    case 'M': {
      const [left, right] = [one as Item, other as Item];
      const names = Object.keys(left);
      return (
        names.length === Object.keys(right).length &&
        names.every((name) => {
          const theirs = right[name];
          return theirs !== undefined && areEqual(left[name] as Value, theirs);
        })
      );
    }
    case 'SS':
    case 'NS':
      return (one as ReadonlySet<Key>).symmetricDifference(other as ReadonlySet<Key>).size === 0;
    case 'B':
      return Buffer.compare(one as Uint8Array, other as Uint8Array) === 0;
    default:
      return false;
  }
}

/** Negative, zero or positive. Undefined if the values have no order. */
export function compareValues(one: Value, other: Value): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return compareStrings(one, other);
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other);
  return undefined;
}

/**
 * Compares by UTF-8 bytes. JavaScript compares UTF-16 units, which differs only for characters
 * beyond U+FFFF.
 */
export function compareStrings(one: string, other: string): number {
  if (one === other) return 0;
  const length = Math.min(one.length, other.length);
  for (let place = 0; place < length; place += 1) {
    const [left, right] = [one.charCodeAt(place), other.charCodeAt(place)];
    if (left !== right) return inUtf8Order(left) - inUtf8Order(right);
  }
  return one.length - other.length;
}

/** Surrogates are above all other units. */
function inUtf8Order(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

export function sizeOf(value: Value): number | undefined {
  switch (typeOf(value)) {
    case 'S':
    case 'B':
    case 'L':
      return (value as string | Uint8Array | readonly Value[]).length;
    case 'SS':
    case 'NS':
      return (value as ReadonlySet<Key>).size;
    case 'M':
      return Object.keys(value as Item).length;
    default:
      return undefined;
  }
}

/** DynamoDB takes no empty key. */
export function isKey(value: unknown): value is Key {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

/** The item with these attributes only. */
export function picked(item: Item, names: readonly (string | undefined)[]): Item {
  const entries = names.flatMap((name) => {
    const value = name === undefined ? undefined : item[name];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/**
 * How large an item counts, names included.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function bytesOf(value: Value): number {
  switch (typeof value) {
    case 'string':
      // Most are short, and the exact number matters only near the limit.
      return value.length < SHORT ? value.length : Buffer.byteLength(value);
    case 'number':
      return NUMBER_BYTES;
    case 'boolean':
      return 1;
    default:
      return value === null ? 1 : bytesOfMany(value);
  }
}

const SHORT = 1_000;
const NUMBER_BYTES = 8;
const LIST_BYTES = 3;

function bytesOfMany(value: Exclude<Value, null | boolean | number | string>): number {
  if (value instanceof Uint8Array) return value.length;
  let bytes = LIST_BYTES;
  if (Array.isArray(value) || value instanceof Set) {
    for (const each of value) bytes += 1 + bytesOf(each);
    return bytes;
  }
  for (const name in value) bytes += 1 + name.length + bytesOf((value as Item)[name] as Value);
  return bytes;
}
