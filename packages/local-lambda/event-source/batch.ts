import type { Waiting } from './record.ts';

/** Lambda's limit of a synchronous invocation's payload, bytes. */
export const PAYLOAD_MAX_BYTES = 6 * 1024 * 1024;

const FRAME_BYTES = '{"Records":[]}'.length;

/** The part of a batch that fits, its event as JSON, and the rest for the next batch. */
export type Cut = { records: Waiting[]; payload: string; rest: Waiting[] };

/**
 * Cuts a batch at the size of its mapping and below the payload limit, as Lambda does. A record
 * that is too large is sent alone, because it cannot be cut.
 */
export function cutBatch(
  candidates: Waiting[],
  sizeMax: number,
  bytesMax: number = PAYLOAD_MAX_BYTES,
): Cut {
  const parts: string[] = [];
  let total = FRAME_BYTES;
  for (const { json, bytes } of candidates.slice(0, sizeMax)) {
    total += bytes + 1;
    if (total > bytesMax && parts.length > 0) break;
    parts.push(json);
  }
  return {
    records: candidates.slice(0, parts.length),
    payload: `{"Records":[${parts.join(',')}]}`,
    rest: candidates.slice(parts.length),
  };
}
