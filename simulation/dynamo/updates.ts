/**
 * Update expressions: SET, REMOVE, ADD and DELETE. All values are read from the item as it was
 * before the update.
 */
import { type Placeholders, placeholderOf } from './conditions.ts';
import {
  type Path,
  readPath,
  resolvedAt,
  resolveName,
  resolvePath,
  withoutValueAt,
  withValueAt,
} from './paths.ts';
import { validation } from './refusals.ts';
import { Tokens } from './tokens.ts';
import { frozenCopy, type Item, type Value } from './values.ts';

type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: Operand }
  | {
      readonly kind: 'list_append' | 'plus' | 'minus';
      readonly left: Operand;
      readonly right: Operand;
    };

interface Update extends Clauses {
  /** It only sets and removes attributes at the top, as most of our updates do. */
  readonly isFlat: boolean;
}

interface Clauses {
  readonly set: readonly { readonly path: Path; readonly operand: Operand }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly name: string }[];
  readonly delete: readonly { readonly path: Path; readonly name: string }[];
}

const known = new Map<string, Update>();

function readUpdate(expression: string): Update {
  const before = known.get(expression);
  if (before !== undefined) return before;
  const tokens = new Tokens(expression);
  const clauses: Writable<Clauses> = { set: [], remove: [], add: [], delete: [] };
  while (!tokens.isAtEnd) readClause(tokens, clauses);
  const update = { ...clauses, isFlat: isFlat(clauses) };
  known.set(expression, update);
  return update;
}

const isFlat = ({ set, remove, add, delete: taken }: Clauses) =>
  add.length === 0 &&
  taken.length === 0 &&
  set.every(({ path }) => path.length === 1) &&
  remove.every((path) => path.length === 1);

type Writable<T> = { [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

function readClause(tokens: Tokens, update: Writable<Clauses>): void {
  if (tokens.take('SET')) {
    commaSeparated(tokens, () => {
      const path = readPath(tokens);
      tokens.expect('=');
      update.set.push({ path, operand: readSum(tokens) });
    });
  } else if (tokens.take('REMOVE')) {
    commaSeparated(tokens, () => update.remove.push(readPath(tokens)));
  } else if (tokens.take('ADD')) {
    commaSeparated(tokens, () => update.add.push({ path: readPath(tokens), name: tokens.next() }));
  } else if (tokens.take('DELETE')) {
    commaSeparated(tokens, () =>
      update.delete.push({ path: readPath(tokens), name: tokens.next() }),
    );
  } else throw tokens.unexpected('SET, REMOVE, ADD or DELETE was expected');
}

function commaSeparated(tokens: Tokens, readOne: () => void): void {
  do readOne();
  while (tokens.take(','));
}

function readSum(tokens: Tokens): Operand {
  const left = readOperand(tokens);
  if (tokens.take('+')) return { kind: 'plus', left, right: readOperand(tokens) };
  if (tokens.take('-')) return { kind: 'minus', left, right: readOperand(tokens) };
  return left;
}

function readOperand(tokens: Tokens): Operand {
  const word = tokens.peek();
  if (word.startsWith(':')) return { kind: 'value', name: tokens.next() };
  if (tokens.peek(1) !== '(') return { kind: 'path', path: readPath(tokens) };
  if (word !== 'if_not_exists' && word !== 'list_append') {
    throw tokens.unexpected(`there is no function ${word}`);
  }
  tokens.next();
  tokens.expect('(');
  const left = readOperand(tokens);
  tokens.expect(',');
  const right = readOperand(tokens);
  tokens.expect(')');
  if (word === 'list_append') return { kind: word, left, right };
  if (left.kind !== 'path') throw tokens.unexpected('a path was expected');
  return { kind: word, path: left.path, otherwise: right };
}

/** The item after the update. */
export function updated(item: Item, expression: string, placeholders: Placeholders): Item {
  const update = readUpdate(expression);
  const { ExpressionAttributeNames: names } = placeholders;
  const scope: Scope = { read: (path) => resolvedAt(item, path, names), placeholders };
  return update.isFlat ? flatlyUpdated(item, update, scope) : deeplyUpdated(item, update, scope);
}

/** With one copy of the item. */
function flatlyUpdated(item: Item, { set, remove }: Update, scope: Scope): Item {
  const { ExpressionAttributeNames: names } = scope.placeholders;
  const nameIn = ([name]: Path) => resolveName(String(name), names);
  const removed = remove.map(nameIn);
  const next: Record<string, Value> = removed.length === 0 ? { ...item } : without(item, removed);
  for (const { path, operand } of set) {
    next[nameIn(path)] = frozenCopy(evaluated(operand, scope));
  }
  return Object.freeze(next);
}

function without(item: Item, names: readonly string[]): Record<string, Value> {
  const next: Record<string, Value> = {};
  for (const name in item) if (!names.includes(name)) next[name] = item[name] as Value;
  return next;
}

function deeplyUpdated(item: Item, update: Update, scope: Scope): Item {
  const { set, remove, add, delete: taken } = update;
  const { read, placeholders } = scope;
  const resolve = (path: Path) => resolvePath(path, placeholders.ExpressionAttributeNames);
  let next: Value = item;
  for (const { path, operand } of set) {
    next = withValueAt(next, resolve(path), frozenCopy(evaluated(operand, scope)));
  }
  for (const { path, name } of add) {
    next = withValueAt(next, resolve(path), sum(read(path), placeholderOf(name, placeholders)));
  }
  for (const { path, name } of taken) {
    const left = difference(read(path), placeholderOf(name, placeholders));
    if (left !== undefined) next = withValueAt(next, resolve(path), left);
    else if (read(path) !== undefined) next = withoutValueAt(next, resolve(path));
  }
  // From the end of a list, so that the indexes of the others stay valid.
  for (const path of remove.map(resolve).sort(byLastPlace)) next = withoutValueAt(next, path);
  return next as Item;
}

function byLastPlace(one: Path, other: Path): number {
  const [left, right] = [one.at(-1), other.at(-1)];
  return typeof left === 'number' && typeof right === 'number' ? right - left : 0;
}

interface Scope {
  read(path: Path): Value | undefined;
  readonly placeholders: Placeholders;
}

function evaluated(operand: Operand, scope: Scope): Value {
  switch (operand.kind) {
    case 'value':
      return placeholderOf(operand.name, scope.placeholders);
    case 'path': {
      const value = scope.read(operand.path);
      if (value === undefined) {
        throw validation('the expression refers to an attribute that does not exist in the item');
      }
      return value;
    }
    case 'if_not_exists':
      return scope.read(operand.path) ?? evaluated(operand.otherwise, scope);
    default: {
      const left = evaluated(operand.left, scope);
      const right = evaluated(operand.right, scope);
      return combined(operand.kind, left, right);
    }
  }
}

function combined(kind: 'list_append' | 'plus' | 'minus', left: Value, right: Value): Value {
  if (kind === 'list_append') {
    if (!Array.isArray(left) || !Array.isArray(right)) throw wrongType();
    return [...left, ...right];
  }
  if (typeof left !== 'number' || typeof right !== 'number') throw wrongType();
  return kind === 'plus' ? left + right : left - right;
}

function sum(value: Value | undefined, more: Value): Value {
  if (typeof more === 'number' && (value === undefined || typeof value === 'number')) {
    return (value ?? 0) + more;
  }
  if (more instanceof Set && (value === undefined || value instanceof Set)) {
    return new Set([...(value ?? []), ...more]);
  }
  throw wrongType();
}

/** Undefined if nothing is left, because DynamoDB has no empty sets. */
function difference(value: Value | undefined, less: Value): Value | undefined {
  if (!(less instanceof Set)) throw wrongType();
  if (value === undefined) return undefined;
  if (!(value instanceof Set)) throw wrongType();
  const left = value.difference(less);
  return left.size === 0 ? undefined : left;
}

function wrongType(): Error {
  return validation('An operand in the update expression has an incorrect data type');
}
