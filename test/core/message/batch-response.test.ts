import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchResponse, type RecordResult } from '../../../core/message/batch-response.ts';

test('R06: a record without a result counts as failed', () => {
  expect(batchResponse(['a', 'b', 'c'], ['done', undefined])).toEqual({
    batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }],
  });
});

test('R06: of two copies in one batch the failed one decides, and its id is reported once', () => {
  expect(batchResponse(['a', 'a', 'a'], ['failed', 'done', 'failed'])).toEqual({
    batchItemFailures: [{ itemIdentifier: 'a' }],
  });
});

test('R06: an id is left out of the report only if all of its records are done', () => {
  const settlement = fc.constantFrom<RecordResult | undefined>('done', 'failed', undefined);
  const records = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), settlement));
  fc.assert(
    fc.property(records, (pairs) => {
      const response = batchResponse(
        pairs.map(([id]) => id),
        pairs.map(([, settled]) => settled),
      );
      const reported = response.batchItemFailures.map((failure) => failure.itemIdentifier);
      for (const id of new Set(pairs.map(([one]) => one))) {
        const allDone = pairs.every(([one, settled]) => one !== id || settled === 'done');
        expect(reported.filter((one) => one === id)).toHaveLength(allDone ? 0 : 1);
      }
    }),
  );
});
