/**
 * Reads a large Bundle once, and keeps an outline of each resource and its place in the file. If
 * anything is unusual (invalid JSON or UTF-8, duplicate keys, a resource that is not an object), there
 * is no outline: the file is then read as a whole, and validation reports what is wrong.
 */
import { isUtf8 } from 'node:buffer';
import { someBelow } from '../../packages/fhir-validator/runtime/below.ts';
import { ResourceOutline } from '../../packages/fhir-validator/runtime/outline.ts';
import {
  escapesIn,
  mayHaveLoneSurrogates,
  membersIn,
} from '../../packages/fhir-validator/text/scan.ts';
import { isTooHeavy } from '../../packages/fhir-validator/text/weight.ts';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  JsonCursor,
  OPEN_ARRAY,
  OPEN_OBJECT,
} from '../input/json-cursor.ts';
import { EntryOffsets, type Part } from './entry-offsets.ts';

/** Outline of the resource in the entry with this index. */
export class IndexedOutline extends ResourceOutline {
  readonly index: number;

  constructor(index: number, { resourceType, id, meta }: Record<string, unknown>, texts: Texts) {
    const hasMeta = typeof meta === 'object' && meta !== null;
    const { versionId } = hasMeta ? (meta as Record<string, unknown>) : {};
    super(texts.once(resourceType), id, texts.metaOf(versionId));
    this.index = index;
  }
}

/** Keeps one copy of values that many resources share. */
class Texts {
  readonly #texts = new Map<unknown, unknown>();
  readonly #metas = new Map<unknown, { versionId: unknown }>();

  once(text: unknown): unknown {
    if (this.#texts.size < TEXTS_MAX && !this.#texts.has(text)) this.#texts.set(text, text);
    return this.#texts.get(text) ?? text;
  }

  metaOf(versionId: unknown) {
    if (versionId === undefined) return undefined;
    const meta = this.#metas.get(versionId) ?? { versionId };
    if (this.#metas.size < TEXTS_MAX) this.#metas.set(versionId, meta);
    return meta;
  }
}

const TEXTS_MAX = 1000;

export interface BundleOutline {
  /** The Bundle with outlines in the place of its resources. */
  readonly value: Record<string, unknown>;
  readonly line: number;
  readonly offsets: EntryOffsets;
  /** Text of the Bundle with an empty list of entries, the offset of that list, and the number of lines of the real one. */
  readonly frame: string;
  readonly entriesAt: number;
  readonly entryLines: number;
}

/** Maximum size of everything but the entries. */
const FRAME_BYTES_MAX = 1024 * 1024;
const BYTE_ORDER_MARK = '\u{feff}';

/** Undefined if the file is not a Bundle, or is unusual. */
export function outlineOf(path: string, windowBytes: number): BundleOutline | undefined {
  const cursor = new JsonCursor(path, windowBytes);
  try {
    return read(cursor);
  } finally {
    cursor.close();
  }
}

function read(cursor: JsonCursor): BundleOutline | undefined {
  if (textOf(cursor, 0, 3) === BYTE_ORDER_MARK) cursor.at = 3;
  if (!cursor.take(OPEN_OBJECT)) return undefined;
  const start = cursor.at - 1;
  const { line } = cursor;
  let found: Entries | undefined;
  do {
    cursor.keep = cursor.at;
    const name = cursor.name();
    if (name === undefined) return undefined;
    if (name !== 'entry' || cursor.next() !== OPEN_ARRAY) {
      cursor.next();
      if (!cursor.skip()) return undefined;
    } else {
      if (found) return undefined;
      found = entriesAt(cursor);
      if (!found) return undefined;
    }
  } while (cursor.take(COMMA));
  if (!cursor.take(CLOSE_OBJECT) || !found) return undefined;
  const end = cursor.at;
  if (cursor.next() !== -1 || found.start - start + end - found.end > FRAME_BYTES_MAX)
    return undefined;
  const head = textOf(cursor, start, found.start);
  const tail = textOf(cursor, found.end, end);
  if (head === undefined || tail === undefined) return undefined;
  const frame = `${head}[]${tail}`;
  const value = parsedOnce(frame);
  if (value?.['resourceType'] !== 'Bundle') return undefined;
  value['entry'] = found.values;
  const { offsets, entryLines } = found;
  return { value, line, offsets, frame, entriesAt: head.length, entryLines };
}

interface Entries {
  readonly start: number;
  readonly end: number;
  readonly offsets: EntryOffsets;
  readonly values: Record<string, unknown>[];
  readonly entryLines: number;
}

function entriesAt(cursor: JsonCursor): Entries | undefined {
  const start = cursor.at;
  const firstLine = cursor.line;
  const offsets = new EntryOffsets();
  const texts = new Texts();
  const values: Record<string, unknown>[] = [];
  cursor.take(OPEN_ARRAY);
  do {
    if (cursor.next() !== OPEN_OBJECT) return undefined;
    cursor.keep = cursor.at;
    const borders = bordersAt(cursor);
    const value = borders && wrapperOf(cursor, borders);
    if (!value) return undefined;
    const { resource } = borders;
    const outline = resource && outlineAt(cursor, resource, values.length, texts);
    if (resource && !outline) return undefined;
    if (outline) value['resource'] = outline;
    values.push(value);
    offsets.push(borders, resource);
  } while (cursor.take(COMMA));
  if (!cursor.take(CLOSE_ARRAY)) return undefined;
  return { start, end: cursor.at, offsets, values, entryLines: cursor.line - firstLine };
}

interface Borders extends Part {
  readonly resource: Part | undefined;
}

/** Places of an entry and of its resource. */
function bordersAt(cursor: JsonCursor): Borders | undefined {
  const start = cursor.at;
  const { line } = cursor;
  let resource: Part | undefined;
  cursor.take(OPEN_OBJECT);
  do {
    const name = cursor.name();
    if (name === undefined) return undefined;
    const isResource = name === 'resource';
    const isObject = cursor.next() === OPEN_OBJECT;
    if (isResource && (!isObject || resource)) return undefined;
    const from = cursor.at;
    const fromLine = cursor.line;
    if (!cursor.skip()) return undefined;
    if (isResource) resource = { start: from, end: cursor.at, line: fromLine };
  } while (cursor.take(COMMA));
  return cursor.take(CLOSE_OBJECT) ? { start, end: cursor.at, line, resource } : undefined;
}

/** The parsed entry, without its resource. */
function wrapperOf(
  cursor: JsonCursor,
  { start, end, resource }: Borders,
): Record<string, unknown> | undefined {
  const text = textOf(cursor, start, resource?.start ?? end);
  const after = resource && textOf(cursor, resource.end, end);
  if (text === undefined || (resource && after === undefined)) return undefined;
  return parsedOnce(resource ? `${text}0${after}` : text);
}

function outlineAt(cursor: JsonCursor, { start, end }: Part, index: number, texts: Texts) {
  const text = textOf(cursor, start, end);
  if (text === undefined || isTooHeavy(text)) return undefined;
  const value = parsed(text);
  return value && new IndexedOutline(index, value, texts);
}

/** Parses an object. Undefined if its text may have a fault that the parsed value does not show. */
function parsedOnce(text: string): Record<string, unknown> | undefined {
  const members = membersIn(text);
  const hasMore =
    members.isSpaced || members.hasIntegralFraction || mayHaveLoneSurrogates(text, escapesIn(text));
  const value = hasMore ? undefined : parsed(text);
  return value && countNames(value) === members.count ? value : undefined;
}

function countNames(value: Record<string, unknown>): number {
  let count = Object.keys(value).length;
  someBelow(value, (each) => {
    if (typeof each === 'object' && each !== null) count += Object.keys(each).length;
    return false;
  });
  return count;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(cursor: JsonCursor, start: number, end: number): string | undefined {
  const bytes = cursor.slice(start, end);
  return isUtf8(bytes) ? bytes.toString() : undefined;
}
