import { textsOf, type Waiting } from './waiting.ts';

/** Lambda's limit of a synchronous invocation's payload, bytes. */
export const PAYLOAD_MAX_BYTES = 6 * 1024 * 1024;

const FRAME_BYTES = '{"Records":[]}'.length;

/** The part of a batch that fits, and the rest for the next batch. */
export type Cut = { records: Waiting[]; rest: Waiting[] };

/**
 * Cuts a batch at the size of its mapping and below the payload limit, as Lambda does. A record
 * that is too large is sent alone, because it cannot be cut.
 */
export function cutBatch(
  candidates: Waiting[],
  sizeMax: number,
  bytesMax: number = PAYLOAD_MAX_BYTES,
): Cut {
  let count = 0;
  let total = FRAME_BYTES;
  for (const { bytes } of candidates.slice(0, sizeMax)) {
    total += bytes + 1;
    if (total > bytesMax && count > 0) break;
    count += 1;
  }
  return { records: candidates.slice(0, count), rest: candidates.slice(count) };
}

/** The event of a batch as JSON. */
export function eventOf(records: readonly Waiting[]): string {
  return `{"Records":[${textsOf(records).join(',')}]}`;
}
