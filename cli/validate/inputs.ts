/**
 * The resources of files to validate. The content decides, not the name: one JSON document, or a resource
 * on each line. Sizes are limited by what a string can hold in memory, not by the pipeline.
 */
import { constants } from 'node:buffer';
import { Beginning, hasResourceLines, isNamedLines, parsed } from '../input/beginning.ts';
import { openInput } from '../input/bytes.ts';
import { arrayOf, decodeUtf8, EMPTY, type Entry, NOT_UTF8 } from '../input/entry.ts';
import { readLines } from '../input/lines.ts';

/** Limit of a document, or of one line. */
const BYTES_MAX = constants.MAX_STRING_LENGTH;

/** All resources of a file, in order. One that breaks off gives a problem. */
export async function* readToValidate(file: string): AsyncGenerator<Entry> {
  try {
    yield* readFile(file, openInput(file));
  } catch (error) {
    yield { kind: 'problem', file, reason: unreadable(error) };
  }
}

export function unreadable(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `cannot be read to its end: ${reason}`;
}

async function* readFile(file: string, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Entry> {
  const beginning = new Beginning(chunks, BYTES_MAX);
  if (isNamedLines(file) || (await beginning.isLines())) {
    yield* readLines(file, beginning.all(), BYTES_MAX);
    return;
  }
  let bytes = 0;
  const parts: Buffer[] = [];
  for await (const chunk of beginning.all()) {
    bytes += chunk.length;
    if (bytes > BYTES_MAX) {
      const reason = `a JSON document of more than ${Math.floor(BYTES_MAX / 2 ** 20)} MiB, which is too large to load`;
      yield { kind: 'problem', file, reason };
      return;
    }
    parts.push(chunk);
  }
  const text = decodeUtf8(Buffer.concat(parts));
  if (text === undefined) yield { kind: 'problem', file, reason: NOT_UTF8 };
  else yield* document(file, text);
}

async function* document(file: string, text: string): AsyncGenerator<Entry> {
  const start = text.search(/\S/);
  if (start < 0) {
    yield { kind: 'problem', file, reason: EMPTY };
    return;
  }
  // Parsing the whole text takes long, and is needed only for several lines or an array.
  const whole = text.trim();
  if (whole.includes('\n') && hasResourceLines(text) && parsed(text) === undefined) {
    yield* readLines(file, once(Buffer.from(text)), BYTES_MAX);
    return;
  }
  const line = text.slice(0, start).split('\n').length;
  const value = whole.startsWith('[') ? parsed(whole) : undefined;
  if (Array.isArray(value)) {
    yield { kind: 'problem', file, line, reason: arrayOf(value.length) };
    return;
  }
  yield { kind: 'resource', file, line, text: whole };
}

async function* once(bytes: Buffer) {
  yield bytes;
}
