/** Paths into an item: `attempts[0].requestId`, `#status`. */
import { validation } from './refusals.ts';
import type { Tokens } from './tokens.ts';
import { type Item, isMap, type Value } from './values.ts';

/** A name or placeholder, then names and indexes. */
export type Path = readonly (string | number)[];
export type Names = Readonly<Record<string, string>>;

export function readPath(tokens: Tokens): Path {
  const path: (string | number)[] = [readName(tokens)];
  for (;;) {
    if (tokens.take('.')) path.push(readName(tokens));
    else if (tokens.take('[')) {
      path.push(Number(tokens.next()));
      tokens.expect(']');
    } else return path;
  }
}

function readName(tokens: Tokens): string {
  const word = tokens.peek();
  if (!/^#?\w/.test(word)) throw tokens.unexpected('a name was expected');
  return tokens.next();
}

/** With the placeholders replaced by their names. */
export function resolvePath(path: Path, names: Names | undefined): Path {
  return path.map((part) => (typeof part === 'number' ? part : resolveName(part, names)));
}

export function resolveName(part: string, names: Names | undefined): string {
  if (part.charCodeAt(0) !== PLACEHOLDER) return part;
  const name = names?.[part];
  if (name === undefined) throw validation(`the name ${part} is not defined`);
  return name;
}

const PLACEHOLDER = '#'.charCodeAt(0);

/** The value at a path with placeholders. Most paths are a name, and need no copy. */
export function resolvedAt(
  item: Item | undefined,
  path: Path,
  names: Names | undefined,
): Value | undefined {
  const [first] = path;
  if (path.length > 1 || typeof first !== 'string') return valueAt(item, resolvePath(path, names));
  const name = resolveName(first, names);
  return item !== undefined && Object.hasOwn(item, name) ? item[name] : undefined;
}

/** The value at a path. Undefined if there is none. */
function valueAt(item: Item | undefined, path: Path): Value | undefined {
  let value: Value | undefined = item;
  for (const part of path) {
    if (value === undefined) return undefined;
    value = typeof part === 'number' ? elementOf(value, part) : fieldOf(value, part);
  }
  return value;
}

function elementOf(value: Value, place: number): Value | undefined {
  return Array.isArray(value) ? value[place] : undefined;
}

function fieldOf(value: Value, name: string): Value | undefined {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The whole with another value at the path. Everything outside of the path is shared. */
export function withValueAt(whole: Value | undefined, path: Path, value: Value): Value {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === 'number') {
    if (!Array.isArray(whole)) throw notThere();
    const copy = [...(whole as readonly Value[])];
    // An index beyond the end appends.
    const place = Math.min(part, copy.length);
    copy[place] = withValueAt(copy[place], rest, value);
    return Object.freeze(copy);
  }
  if (!isMap(whole)) throw notThere();
  return Object.freeze({ ...whole, [part]: withValueAt(whole[part], rest, value) });
}

/** The whole without the value at the path. */
export function withoutValueAt(whole: Value | undefined, path: Path): Value {
  const [part, ...rest] = path;
  if (part === undefined || whole === undefined) throw notThere();
  if (typeof part === 'number') {
    if (!Array.isArray(whole)) throw notThere();
    const list = whole as readonly Value[];
    const inner = list[part];
    if (inner === undefined) return list;
    return Object.freeze(
      rest.length === 0 ? list.toSpliced(part, 1) : list.with(part, withoutValueAt(inner, rest)),
    );
  }
  if (!isMap(whole)) throw notThere();
  const inner = whole[part];
  if (rest.length > 0) return Object.freeze({ ...whole, [part]: withoutValueAt(inner, rest) });
  const { [part]: _, ...others } = whole;
  return Object.freeze(others);
}

function notThere(): Error {
  return validation('The document path provided in the update expression is invalid for update');
}
