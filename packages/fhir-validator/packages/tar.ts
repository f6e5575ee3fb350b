/**
 * Reads the files of a tar archive:
 * https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 */
import { gunzipSync } from 'node:zlib';

const BLOCK = 512;
const UNPACKED_BYTES_MAX = 1024 * 1024 * 1024;

export interface TarFile {
  /** Path in the archive: `package/package.json`. */
  readonly path: string;
  readonly content: Buffer;
}

/**
 * Reads a `.tgz`. Throws zlib's errors if it is not gzipped, and RangeError if it is not a tar
 * archive.
 */
export function readTarball(bytes: Uint8Array): TarFile[] {
  const archive = gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX });
  const files: TarFile[] = [];
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const header = archive.subarray(at, at + BLOCK);
    const size = sizeOf(header);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new RangeError('the archive ends within a file');
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') longPath = paxPath(content) ?? longPath;
    else if (type === 'L') longPath = textOf(content);
    else if (type !== 'g') {
      if (type === '0' || type === '\0') files.push({ path: longPath ?? pathOf(header), content });
      longPath = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function sizeOf(header: Buffer): number {
  const size = Number.parseInt(textOf(header.subarray(124, 136)).trim() || '0', 8);
  if (!Number.isInteger(size) || size < 0) throw new RangeError('not a tar archive');
  return size;
}

function pathOf(header: Buffer): string {
  const prefix = textOf(header.subarray(345, 500));
  const name = textOf(header.subarray(0, 100));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** A record is `length path=value\n`. The length counts the bytes of the whole record. */
function paxPath(content: Buffer): string | undefined {
  for (let at = 0; at < content.length; ) {
    const length = Number.parseInt(content.toString('utf8', at, at + 20), 10);
    if (!(length > 0)) return undefined;
    const record = content.toString('utf8', at, at + length - 1);
    const [, path] = /^\d+ path=([\s\S]*)$/.exec(record) ?? [];
    if (path !== undefined) return path;
    at += length;
  }
  return undefined;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
