/** The results of reading an input, one by one. A line that cannot be read stops nothing after it. */
export type Entry = Resource | Problem;

export interface Resource {
  readonly kind: 'resource';
  /** Exactly as in the input: nothing is parsed and written anew, so decimals keep their digits. */
  readonly text: string;
  readonly file: string;
  /** Line where the resource begins, from 1. */
  readonly line: number;
}

export interface Problem {
  readonly kind: 'problem';
  readonly file: string;
  /** Absent if the whole file, or its rest, cannot be read. */
  readonly line?: number;
  readonly reason: string;
}

/** The largest resource that the pipeline accepts, in bytes of UTF-8. */
export const RESOURCE_BYTES_MAX = 10 * 1024 * 1024;

export const TOO_LARGE = 'larger than 10 MiB';
/** Its url may name a patient, so it is not quoted. */
export const DELETES = 'a DELETE, and no message deletes: docs/producers.md says what to do';
export const NOT_UTF8 = 'not UTF-8 text';
export const EMPTY = 'The file is empty: a resource is a JSON object';

export function arrayOf(length: number): string {
  return `The file holds an array of ${length}, not a resource: write one resource a line (NDJSON), or a Bundle`;
}

/** @returns undefined for bytes that are not UTF-8: replacing characters would alter the data. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** `FILE:LINE`, or the file alone if all of it is meant. */
export function place({ file, line }: Pick<Entry, 'file' | 'line'>): string {
  return line === undefined ? file : `${file}:${line}`;
}
