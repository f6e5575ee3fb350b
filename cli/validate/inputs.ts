/**
 * The resources of files to validate. The content decides, not the name: one JSON document, or a resource
 * on each line. Sizes are limited by what a string can hold in memory, not by the pipeline.
 */
import { constants } from 'node:buffer';
import { openInput } from '../input/bytes.ts';
import { decodeUtf8, type Entry, NOT_UTF8 } from '../input/entry.ts';
import { readLines } from '../input/lines.ts';

/** Limit of a document, or of one line. */
const BYTES_MAX = constants.MAX_STRING_LENGTH;
const NEWLINE = 0x0a;
/**
 * Number of lines that are read to decide whether a file that is not JSON has a resource on each
 * line.
 */
const LINES_LOOKED_AT = 10;

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
  const { held, isEnded } = await upToFirstLine(chunks);
  const first = Buffer.concat(held);
  if (isLines(file) || (!isEnded && isResource(firstLine(first)))) {
    yield* readLines(file, resumed(first, chunks), BYTES_MAX);
    return;
  }
  let bytes = first.length;
  const parts: Buffer[] = [first];
  for await (const chunk of chunks) {
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
    yield { kind: 'problem', file, reason: 'The file is empty: a resource is a JSON object' };
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
    const reason = `The file holds an array of ${value.length}, not a resource: write one resource a line (NDJSON), or a Bundle`;
    yield { kind: 'problem', file, line, reason };
    return;
  }
  yield { kind: 'resource', file, line, text: whole };
}

/** The name decides only for files that may contain any number of resources, including none. */
function isLines(file: string): boolean {
  return /\.ndjson(\.gz)?$/i.test(file);
}

/** Up to the end of the first line that is not blank. */
async function upToFirstLine(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ held: Buffer[]; isEnded: boolean }> {
  const held: Buffer[] = [];
  let bytes = 0;
  let hasText = false;
  while (bytes < BYTES_MAX) {
    const { done, value } = await chunks.next();
    if (done) return { held, isEnded: true };
    held.push(value);
    bytes += value.length;
    const textAt: number = hasText ? 0 : value.findIndex((byte) => byte > 32);
    hasText ||= textAt >= 0;
    if (hasText && value.indexOf(NEWLINE, textAt) >= 0) return { held, isEnded: false };
  }
  return { held, isEnded: false };
}

function firstLine(bytes: Buffer): string {
  const start = bytes.findIndex((byte) => byte > 32);
  const end = bytes.indexOf(NEWLINE, Math.max(0, start));
  return bytes.toString('utf8', Math.max(0, start), end < 0 ? bytes.length : end);
}

function hasResourceLines(text: string): boolean {
  const lines = text.split('\n', LINES_LOOKED_AT);
  return lines.some((line) => isResource(line));
}

function isResource(line: string): boolean {
  const value = parsed(line);
  return typeof value === 'object' && value !== null && 'resourceType' in value;
}

/** @returns undefined for what is not JSON, which JSON itself never is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function* resumed(first: Buffer, rest: AsyncGenerator<Buffer>) {
  yield first;
  yield* rest;
}

async function* once(bytes: Buffer) {
  yield bytes;
}
