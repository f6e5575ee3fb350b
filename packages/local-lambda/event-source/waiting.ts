/**
 * Messages that wait for their batch, with their records as JSON. As text, because a record has twenty objects and
 * strings. A mapping that collects for minutes holds thousands of records, so it packs them: then they take a fifth.
 */
import assert from 'node:assert';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { SQSRecord } from 'aws-lambda';

/** The JSON of records that were received together. */
type Lot = () => readonly string[];

/** Keeps the JSON of a lot. */
export type KeepLot = (texts: readonly string[]) => Lot;

export type Waiting = {
  messageId: string;
  receiptHandle: string;
  /** Size of the record's JSON. */
  bytes: number;
  lot: Lot;
  /** Which of its lot. */
  place: number;
};

export const keepPlain: KeepLot = (texts) => () => texts;

/** As a string, because V8 frees buffers late. */
export const keepPacked: KeepLot = (texts) => {
  const packed = zstdCompressSync(JSON.stringify(texts)).toString('latin1');
  return () => JSON.parse(zstdDecompressSync(Buffer.from(packed, 'latin1')).toString());
};

/** Records that were received together. */
export function toWaiting(records: readonly SQSRecord[], keep: KeepLot = keepPlain): Waiting[] {
  if (records.length === 0) return [];
  const texts = records.map((record) => JSON.stringify(record));
  const lot = keep(texts);
  return records.map(({ messageId, receiptHandle }, place) => {
    const bytes = Buffer.byteLength(texts[place] ?? '');
    return { messageId, receiptHandle, bytes, lot, place };
  });
}

/** The JSON of each. A lot is unpacked once for all of its records. */
export function textsOf(waiting: readonly Waiting[]): string[] {
  const lots = new Map<Lot, readonly string[]>();
  return waiting.map(({ lot, place }) => {
    const texts = lots.get(lot) ?? lot();
    lots.set(lot, texts);
    const text = texts[place];
    assert(text !== undefined, 'a message waits in its lot');
    return text;
  });
}
