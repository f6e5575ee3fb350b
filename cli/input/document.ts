/** A file that is one JSON document: a resource, or a Bundle that is split into its entries. */
import { hasResourceLines, parsed } from './beginning.ts';
import {
  arrayOf,
  DELETES,
  decodeUtf8,
  EMPTY,
  type Entry,
  NOT_UTF8,
  RESOURCE_BYTES_MAX,
  TOO_LARGE,
} from './entry.ts';
import { elements, members, type Span, skipSpace } from './json-spans.ts';

/** A document has to be held as a whole; larger exports come as NDJSON, which streams. */
export const DOCUMENT_BYTES_MAX = 256 * 1024 * 1024;

/** One that turns out to hold a resource on each line is read by line. */
export async function* readDocument(
  file: string,
  chunks: AsyncIterable<Buffer>,
  bytesMax: number = DOCUMENT_BYTES_MAX,
): AsyncGenerator<Entry> {
  const held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      const reason = `a JSON document of more than ${bytesMax / 2 ** 20} MiB; use NDJSON`;
      yield { kind: 'problem', file, reason };
      return;
    }
    held.push(chunk);
  }
  const text = decodeUtf8(Buffer.concat(held));
  if (text === undefined) yield { kind: 'problem', file, reason: NOT_UTF8 };
  else yield* splitDocument(file, text);
}

function* splitDocument(file: string, text: string): Generator<Entry> {
  const document = parsed(text);
  if (text.trim() === '') {
    yield { kind: 'problem', file, reason: EMPTY };
  } else if (document === undefined && (isJson(firstLine(text)) || hasResourceLines(text))) {
    yield* splitLines(file, text);
  } else if (isBundle(document)) {
    yield* cut(file, text, entryParts(text));
  } else if (Array.isArray(document)) {
    yield { kind: 'problem', file, reason: arrayOf(document.length) };
  } else {
    const start = skipSpace(text, 0);
    yield* cut(file, text, [{ start, end: text.trimEnd().length }]);
  }
}

function* splitLines(file: string, text: string): Generator<Entry> {
  let line = 0;
  for (const each of text.split('\n')) {
    line += 1;
    if (each.trim() !== '') yield* bounded({ kind: 'resource', text: each.trim(), file, line });
  }
}

/** A part of a Bundle: a resource to submit, or an entry that only deletes. */
interface Part extends Span {
  readonly isDelete?: true;
}

/**
 * The `resource` of each `entry`. An entry without one has nothing to submit: only a DELETE is told, because whoever
 * sends it relies on it.
 */
function* entryParts(text: string): Generator<Part> {
  for (const { key, value } of members(text, skipSpace(text, 0))) {
    if (key !== 'entry' || text[value.start] !== '[') continue;
    for (const entry of elements(text, value.start)) {
      if (text[entry.start] === '{') yield* partsOf(text, entry);
    }
  }
}

function* partsOf(text: string, entry: Span): Generator<Part> {
  const all = [...members(text, entry.start)];
  const resources = all.filter(({ key }) => key === 'resource');
  for (const { value } of resources) yield value;
  if (resources.length > 0) return;
  const request = all.find(({ key }) => key === 'request')?.value;
  if (request === undefined || text[request.start] !== '{') return;
  const method = [...members(text, request.start)].find(({ key }) => key === 'method')?.value;
  if (method === undefined || text.slice(method.start, method.end) !== '"DELETE"') return;
  yield { ...entry, isDelete: true };
}

function* cut(file: string, text: string, parts: Iterable<Part>): Generator<Entry> {
  let line = 1;
  let counted = 0;
  for (const { start, end, isDelete } of parts) {
    for (; counted < start; counted++) if (text.charCodeAt(counted) === 0x0a) line += 1;
    if (isDelete) yield { kind: 'problem', file, line, reason: DELETES };
    else yield* bounded({ kind: 'resource', text: text.slice(start, end), file, line });
  }
}

function* bounded(entry: Extract<Entry, { kind: 'resource' }>): Generator<Entry> {
  if (Buffer.byteLength(entry.text) <= RESOURCE_BYTES_MAX) yield entry;
  else yield { kind: 'problem', file: entry.file, line: entry.line, reason: TOO_LARGE };
}

function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0] ?? '';
}

function isBundle(document: unknown): boolean {
  return (
    typeof document === 'object' &&
    document !== null &&
    'resourceType' in document &&
    document.resourceType === 'Bundle'
  );
}

function isJson(text: string): boolean {
  return parsed(text) !== undefined;
}
