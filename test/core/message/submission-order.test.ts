import fc from 'fast-check';
import { expect, test } from 'vitest';
import { submissionOrder } from '../../../core/message/submission-order.ts';

const submission = fc.record({
  sentAt: fc.nat({ max: 4_000_000_000_000 }),
  sequence: fc.option(fc.maxSafeNat(), { nil: undefined }),
  messageId: fc.uuid(),
});

test('R05: orders by time, then sequence, then message id', () => {
  const orders = [
    { sentAt: 999, sequence: 9, messageId: 'z' },
    { sentAt: 1_000, messageId: 'a' },
    { sentAt: 1_000, sequence: 2, messageId: 'a' },
    { sentAt: 1_000, sequence: 10, messageId: 'a' },
    { sentAt: 1_000, sequence: 10, messageId: 'b' },
  ].map(submissionOrder);
  expect(orders.toSorted()).toEqual(orders);
});

test('R05: strings sort as the tuples do', () => {
  fc.assert(
    fc.property(submission, submission, (a, b) => {
      const byTuple =
        a.sentAt - b.sentAt ||
        (a.sequence ?? 0) - (b.sequence ?? 0) ||
        (a.messageId < b.messageId ? -1 : a.messageId > b.messageId ? 1 : 0);
      const [x, y] = [submissionOrder(a), submissionOrder(b)];
      expect(Math.sign(byTuple)).toBe(x < y ? -1 : x > y ? 1 : 0);
    }),
  );
});
