/**
 * The text of a resource for a server that several sources share: its id, and the ids that its references
 * name, get the source's prefix.
 *
 * The text is edited, not parsed and written anew: JSON numbers would lose digits, and FHIR's decimals must
 * not. One pass over the tokens, with a stack in place of recursion. Changed are the resource's own `id`
 * and each `reference` that names a type and an id (`Patient/p1`, also with a version). Left alone are
 * absolute URLs, fragments (`#x`), searches (`Patient?identifier=…`), ids of contained resources, and in a
 * Bundle references to an entry by its `fullUrl`: a document stays whole.
 *
 * An id that would become too long is refused, so it is never sent under another's name.
 */
import assert from 'node:assert/strict';
import { ID_CHARACTERS_MAX, type Target } from './delivery-targets.ts';

export type Prefixed =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** https://hl7.org/fhir/R4/references.html#literal, relative. */
const RELATIVE = /^([A-Z][A-Za-z]+\/)([A-Za-z0-9.-]{1,64})(\/_history\/[A-Za-z0-9.-]{1,64})?$/;
const RELATIVE_CHARACTERS_MAX = 256;

const TOO_LONG = `has no room for an id of more than ${ID_CHARACTERS_MAX} characters, which one is with its source's prefix`;

export function withPrefix(text: string, prefix: string): Prefixed {
  if (prefix === '') return { kind: 'text', text };
  const found = [...stringsIn(text)];
  const entries = entriesIn(found);
  const parts: string[] = [];
  let at = 0;
  for (const { key, value, depth, start, end } of found) {
    const changed = key === 'id' && depth === 1 ? prefix + value : undefined;
    const renamed = key === 'reference' ? inReference(value, prefix, entries) : changed;
    if (renamed === undefined) continue;
    if (idIn(renamed).length > ID_CHARACTERS_MAX) return { kind: 'refused', reason: TOO_LONG };
    parts.push(text.slice(at, start), JSON.stringify(renamed));
    at = end;
  }
  return { kind: 'text', text: parts.join('') + text.slice(at) };
}

/** https://hl7.org/fhir/R4/http.html#trules: a server searches for what is meant. */
const CONDITIONAL = /^[A-Z][A-Za-z]+\?/;

/**
 * What a text refers to at the server: by type and id at its source (`Patient/p1`), also where that is an absolute
 * address; or by a search (`Patient?identifier=…`).
 */
export function referencesIn(
  text: string,
  { endpoint, idPrefix }: Pick<Target, 'endpoint' | 'idPrefix'>,
): ReadonlySet<string> {
  const found = [...stringsIn(text)];
  const entries = entriesIn(found);
  const base = `${endpoint}/`;
  const nameIn = (value: string): string | undefined => {
    const isAbsolute = value.startsWith(base);
    const said = isAbsolute ? value.slice(base.length) : value;
    if (CONDITIONAL.test(said)) return said;
    const { type, id } = relativeIn(said, entries) ?? {};
    if (type === undefined || id === undefined) return undefined;
    if (!isAbsolute) return type + id;
    return id.startsWith(idPrefix) ? type + id.slice(idPrefix.length) : undefined;
  };
  const references = found.filter(({ key }) => key === 'reference');
  return new Set(references.flatMap(({ value }) => nameIn(value) ?? []));
}

function entriesIn(found: readonly Found[]): ReadonlySet<string> {
  const urls = found.filter(({ key }) => key === 'fullUrl').map(({ value }) => value);
  return new Set(urls.map(lastSteps));
}

function inReference(
  value: string,
  prefix: string,
  entries: ReadonlySet<string>,
): string | undefined {
  const target = relativeIn(value, entries);
  return target && `${target.type}${prefix}${target.id}${target.rest}`;
}

/** `type` with its slash; `rest` is version and fragment. */
function relativeIn(value: string, entries: ReadonlySet<string>) {
  const hash = value.indexOf('#');
  const end = hash === -1 ? value.length : hash;
  if (end > RELATIVE_CHARACTERS_MAX) return undefined;
  const [, type, id, version = ''] = RELATIVE.exec(value.slice(0, end)) ?? [];
  if (type === undefined || id === undefined || entries.has(type + id)) return undefined;
  return { type, id, rest: version + value.slice(end) };
}

/** The id in an id or in a reference such as `Patient/p1/_history/2#c`. */
const idIn = (renamed: string) => renamed.replace(/^[^/]*\//, '').replace(/[/#].*$/s, '');
const lastSteps = (url: string) => url.split('/').slice(-2).join('/');

interface Found {
  readonly key: string;
  readonly value: string;
  /** Depth of the object that holds the property; 1 is the resource itself. */
  readonly depth: number;
  readonly start: number;
  readonly end: number;
}

/** The string properties with these names in a JSON text. */
function* stringsIn(text: string): Generator<Found> {
  /** For each open container: whether it is an object, and the key whose value follows. */
  const open: { isObject: boolean; key: string | undefined }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const around = open.at(-1);
    switch (text[at]) {
      case '{':
      case '[':
        open.push({ isObject: text[at] === '{', key: undefined });
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        if (around !== undefined) around.key = undefined;
        break;
      case '"': {
        const start = at;
        const end = endOfString(text, start);
        at = end - 1;
        if (!around?.isObject) break;
        if (around.key === undefined) around.key = JSON.parse(text.slice(start, end));
        else if (WANTED.has(around.key)) {
          const value: string = JSON.parse(text.slice(start, end));
          yield { key: around.key, value, depth: open.length, start, end };
        }
      }
    }
  }
}

/**
 * Position after the closing quote. Not a regular expression: those overflow on strings of
 * megabytes.
 */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    assert(quote !== -1, 'what was validated is JSON, so each string ends');
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

const WANTED: ReadonlySet<string> = new Set(['id', 'reference', 'fullUrl']);
