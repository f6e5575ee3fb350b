/** Reads the inputs of a command line: NDJSON, JSON and Bundles, plain or gzip. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { UsageError } from '../usage-error.ts';
import { Beginning, isNamedLines } from './beginning.ts';
import { openInput, STANDARD_INPUT } from './bytes.ts';
import { DOCUMENT_BYTES_MAX, readDocument } from './document.ts';
import type { Entry } from './entry.ts';
import { readLines } from './lines.ts';

/**
 * All entries of all files, in order. A file that breaks off (a cut gzip, a disk error) gives what it held
 * before, then a problem; the next file is still read.
 */
export async function* readInputs(
  files: readonly string[],
  onBytes?: (bytes: number) => void,
): AsyncGenerator<Entry> {
  for (const file of files) {
    try {
      yield* readFile(file, openInput(file, onBytes));
    } catch (error) {
      yield { kind: 'problem', file, reason: `cannot be read to its end: ${said(error)}` };
    }
  }
}

/** The bytes of all files together. @throws UsageError that names the first one that is not a file. */
export async function measureInputs(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    if (file === STANDARD_INPUT) continue;
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) throw new UsageError(`no such file: ${file}`);
    if (found.isDirectory()) throw new UsageError(`a directory, not a file: ${file}`);
    await access(file, constants.R_OK).catch(() => {
      throw new UsageError(`not readable: ${file}`);
    });
    bytes += found.size;
  }
  return bytes;
}

async function* readFile(file: string, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Entry> {
  const beginning = new Beginning(chunks, DOCUMENT_BYTES_MAX);
  const isLines = isNamedLines(file) || (await beginning.isLines());
  yield* isLines ? readLines(file, beginning.all()) : readDocument(file, beginning.all());
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
