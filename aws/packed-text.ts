/**
 * Texts in items, packed by gzip: DynamoDB bills each kilobyte that is written or kept, and a resource of 4 KB
 * becomes one of about 1.5. A short text is kept as it is, and so are the texts of former versions.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';

/** Below that, packing saves no write unit. */
const PACKED_BYTES_MIN = 512;

/** A text as an attribute's value: bytes if they are fewer. */
export function packed(text: string): string | Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length < PACKED_BYTES_MIN) return text;
  const fewer = gzipSync(bytes);
  return fewer.length < bytes.length ? fewer : text;
}

/** Reads a text however it is kept. */
export const textSchema = z.union([
  z.string(),
  z.instanceof(Uint8Array).transform((bytes) => gunzipSync(bytes).toString()),
]);
