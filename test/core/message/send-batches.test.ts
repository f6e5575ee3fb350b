import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BATCH_ENTRIES_MAX,
  messageBytes,
  packBatches,
  SEND_BYTES_MAX,
  type Sendable,
} from '../../../core/message/send-batches.ts';

const sized = (bytes: number): Sendable => ({ body: 'x'.repeat(bytes), attributes: {} });

test('a message’s size counts UTF-8 bytes, and its attributes', () => {
  expect(messageBytes({ body: 'aé€', attributes: { ab: 'ü' } })).toBe(1 + 2 + 3 + 2 + 6 + 2);
});

test('a batch has ten messages, or 1 MiB', () => {
  expect(packBatches(Array.from({ length: 21 }, () => sized(1))).map((b) => b.length)).toEqual([
    10, 10, 1,
  ]);
  const half = SEND_BYTES_MAX / 2;
  expect(packBatches([sized(half), sized(half), sized(1)]).map((b) => b.length)).toEqual([2, 1]);
  expect(packBatches([])).toEqual([]);
});

test('a message above the limit is in a batch of its own', () => {
  const batches = packBatches([sized(1), sized(SEND_BYTES_MAX + 1), sized(1)]);
  expect(batches.map((batch) => batch.length)).toEqual([1, 1, 1]);
});

test('nothing is lost or reordered, and every batch is within both limits', () => {
  const message = fc.integer({ min: 1, max: SEND_BYTES_MAX }).map(sized);
  fc.assert(
    fc.property(fc.array(message, { maxLength: 25 }), (messages) => {
      const batches = packBatches(messages);
      expect(batches.flat()).toEqual(messages);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(BATCH_ENTRIES_MAX);
        expect(batch.reduce((sum, one) => sum + messageBytes(one), 0)).toBeLessThanOrEqual(
          SEND_BYTES_MAX,
        );
      }
    }),
    { numRuns: 30 },
  );
});
