/**
 * Functions that compiled invariants call. They accept any JSON, even if it is not valid FHIR
 * (other checks report that). So no function here throws, recurses, or takes more than linear time.
 */
import { someBelow } from './below.ts';
import { identity } from './identity.ts';
import { plainText } from './object.ts';

type Json = unknown;
type Test = (value: never, sibling: never) => boolean;

export function notEmpty(array: Json): boolean {
  return array !== undefined && (!Array.isArray(array) || array.length > 0);
}

export function some(array: Json, test: Test): boolean {
  if (!Array.isArray(array)) return false;
  for (const value of array) {
    if (value !== null && test(value as never, undefined as never)) return true;
  }
  return false;
}

/** Visits the items of a primitive array and of its `_` sibling. The sibling may be longer. */
export function somePrimitive(array: Json, siblings: Json, test: Test): boolean {
  const values: Json[] = Array.isArray(array) ? array : [];
  const others: Json[] = Array.isArray(siblings) ? siblings : [];
  const length = Math.max(values.length, others.length);
  for (let at = 0; at < length; at += 1) {
    if (test(values[at] as never, others[at] as never)) return true;
  }
  return false;
}

export function items(array: Json): Json[] {
  return Array.isArray(array) ? array : [];
}

export function primitives(array: Json, siblings: Json): Json[] {
  const values = items(array);
  const extra = items(siblings).length - values.length;
  return extra > 0 ? [...values, ...Array<null>(extra).fill(null)] : values;
}

/**
 * Collects the items that a chain of `some` visits: its innermost test adds the item and returns
 * false.
 */
export function collect(visit: (out: Json[]) => boolean): Json[] {
  const out: Json[] = [];
  visit(out);
  return out;
}

export function add(out: Json[], value: Json): false {
  out.push(value ?? null);
  return false;
}

/** For `$index`. */
export function numbered(list: readonly Json[]): { value: Json; at: number }[] {
  return list.map((value, at) => ({ value, at }));
}

export function skip(list: readonly Json[], count: Json): Json[] {
  return typeof count === 'number' ? list.slice(count) : [];
}

export function take(list: readonly Json[], count: Json): Json[] {
  return typeof count === 'number' ? list.slice(0, Math.max(count, 0)) : [];
}

export function itemAt(list: readonly Json[], at: Json): Json {
  return typeof at === 'number' ? list[at] : undefined;
}

/** The item of a list of one. Undefined if the list is empty or has several. */
export function only(list: readonly Json[]): Json {
  return list.length === 1 ? list[0] : undefined;
}

/** All that `find` finds in the items, and in what it finds, without duplicates. */
export function repeat(list: readonly Json[], find: (item: never) => readonly Json[]): Json[] {
  const found = new Set<Json>();
  const open = [...list];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    for (const each of find(item as never)) {
      if (found.has(each) || each === null) continue;
      found.add(each);
      open.push(each);
    }
  }
  return [...found];
}

export function distinct(list: readonly Json[]): Json[] {
  const seen = new Map(list.map((value) => [identity(value), value]));
  return [...seen.values()];
}

export function isDistinct(list: readonly Json[]): boolean {
  return list.length < 2 || new Set(list.map(identity)).size === list.length;
}

export function hasAll(list: readonly Json[], others: readonly Json[]): boolean {
  const known = new Set(list.map(identity));
  return others.every((each) => known.has(identity(each)));
}

export function equal(left: Json, right: Json): boolean {
  return left === right || identity(left) === identity(right);
}

export function equalLists(left: readonly Json[], right: readonly Json[]): boolean {
  if (left.length === 0 || left.length !== right.length) return false;
  return left.every((value, at) => equal(value, right[at]));
}

export function unequalLists(left: readonly Json[], right: readonly Json[]): boolean {
  return left.length > 0 && right.length > 0 && !equalLists(left, right);
}

/** For each object: its lists by path, as sets. */
const members = new Map<object, Map<string, Set<Json>>>();
/** For each resource: the resources that it contains, by id. */
const contained = new Map<object, Map<Json, Json>>();

/**
 * Whether `value` is in the list of `owner` with that name. The set of a list is made once for each
 * owner. Call `forgetMembers` after each validation: the caller may change the resource, or may
 * need the memory.
 */
export function isMember(
  value: Json,
  owner: object,
  name: string,
  list: () => readonly Json[],
): boolean {
  const sets = members.get(owner) ?? new Map<string, Set<Json>>();
  const known = sets.get(name) ?? new Set(list().map(identity));
  members.set(owner, sets.set(name, known));
  return known.has(identity(value ?? null));
}

export function forgetMembers(): void {
  if (members.size > 0) members.clear();
  if (contained.size > 0) contained.clear();
}

/** The children with that name of an item of unknown type. */
export function childrenNamed(item: Json, name: string): Json[] {
  if (typeof item !== 'object' || item === null) return [];
  if (!Object.hasOwn(item, name)) return Object.hasOwn(item, `_${name}`) ? [null] : [];
  const child = (item as Record<string, Json>)[name];
  return Array.isArray(child) ? child : [child];
}

/** Whether some item below these passes the test. A primitive and its `_` sibling are one item. */
export function someDescendant(list: readonly Json[], test: (value: never) => boolean): boolean {
  return list.some((item) => someBelow(item, (each) => each !== null && test(each as never)));
}

/** All items below these, in no defined order. */
export function descendants(list: readonly Json[]): Json[] {
  const found: Json[] = [];
  for (const item of list) someBelow(item, (each) => add(found, each));
  return found;
}

export function text(value: Json): string {
  return value === undefined || value === null ? '' : plainText(value);
}

/** A longer text is not a valid FHIR string, and some patterns would exhaust the engine's stack. */
export const MATCHED_MAX = 1024 * 1024;

export function matchesPattern(pattern: RegExp, value: string): boolean {
  return value.length <= MATCHED_MAX && pattern.test(value);
}

/** Undefined if the start is outside of the string. */
export function substring(value: Json, start: Json, length?: Json): string | undefined {
  if (typeof value !== 'string' || typeof start !== 'number') return undefined;
  if (start < 0 || start >= value.length) return undefined;
  return value.slice(start, typeof length === 'number' ? start + length : undefined);
}

/**
 * `aggregate()`: `next` makes the total from an item and the total so far. Undefined is an empty
 * total.
 */
export function aggregate(
  list: readonly Json[],
  next: (item: never, total: never) => Json,
  start: Json,
): Json {
  return list.reduce((total, item) => next(item as never, total as never), start);
}

export function toInteger(value: Json): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : undefined;
}

/**
 * dom-3: each contained resource is the target of a reference somewhere in the resource, or it
 * refers to its container by `#`. References are members named `reference`, or like an element of
 * type uri, url or canonical.
 */
export function containedIsReferenced(resource: Json, uriNames: ReadonlySet<string>): boolean {
  const targets = localReferences(resource, uriNames);
  return childrenNamed(resource, 'contained').every((each) => {
    const [id] = childrenNamed(each, 'id');
    if (typeof id !== 'string' || targets.has(`#${id}`)) return true;
    return localReferences(each, uriNames).has('#');
  });
}

function localReferences(resource: Json, names: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const look = (item: Json): boolean => {
    if (typeof item !== 'object' || item === null) return false;
    for (const [name, value] of Object.entries(item)) {
      if (name !== 'reference' && !names.has(name)) continue;
      for (const each of Array.isArray(value) ? value : [value]) {
        if (typeof each === 'string' && each.startsWith('#')) found.add(each);
      }
    }
    return false;
  };
  look(resource);
  someBelow(resource, look);
  return found;
}

/** The contained resource that a reference such as `#id` points to. */
export function resolveContained(reference: Json, root: object): Json {
  if (typeof reference !== 'string' || !reference.startsWith('#')) return undefined;
  const known = contained.get(root) ?? byId(childrenNamed(root, 'contained'));
  contained.set(root, known);
  return known.get(reference.slice(1));
}

function byId(resources: readonly Json[]): Map<Json, Json> {
  return new Map(resources.map((each) => [childrenNamed(each, 'id')[0], each]));
}
