import type { SQSRecord } from 'aws-lambda';

/** Lambda's limit of a synchronous invocation's payload, bytes. */
export const PAYLOAD_MAX_BYTES = 6 * 1024 * 1024;

const FRAME_BYTES = '{"Records":[]}'.length;

/** The part of a batch that fits, its event as JSON, and the rest for the next batch. */
export type Cut = { records: SQSRecord[]; payload: string; rest: SQSRecord[] };

/**
 * Cuts a batch at the size of its mapping and below the payload limit, as Lambda does. A record
 * that is too large is sent alone, because it cannot be cut.
 */
export function cutBatch(
  candidates: SQSRecord[],
  sizeMax: number,
  bytesMax: number = PAYLOAD_MAX_BYTES,
): Cut {
  const parts: string[] = [];
  let bytes = FRAME_BYTES;
  for (const record of candidates.slice(0, sizeMax)) {
    const part = JSON.stringify(record);
    bytes += Buffer.byteLength(part) + 1;
    if (bytes > bytesMax && parts.length > 0) break;
    parts.push(part);
  }
  return {
    records: candidates.slice(0, parts.length),
    payload: `{"Records":[${parts.join(',')}]}`,
    rest: candidates.slice(parts.length),
  };
}
