import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { orderOf, ResourcesChecker } from '../../../simulation/checks/resources-checker.ts';
import type { Submission } from '../../../simulation/submission.ts';
import { submission, written } from './history.ts';

const older = submission();
const newer = submission({ messageId: 'm2', number: 2, sentAt: 2_000, text: '{"a":1}' });
const rejected = submission({ messageId: 'm3', nature: 'invalid', sentAt: 3_000 });

const itemOf = (of: Submission, fields: object = {}) => ({
  pk: 'hospital-a#Patient#p1',
  messageId: of.messageId,
  submissionOrder: orderOf(of),
  contentHash: createHash('sha256').update(of.text).digest('hex'),
  storedAt: 5,
  source: of.source,
  ...fields,
});

function see(...changes: [object | undefined, object | undefined][]): void {
  const submissions = new Map([older, newer, rejected].map((each) => [each.messageId, each]));
  const checker = new ResourcesChecker({ submissions });
  for (const [before, after] of changes) checker.see(written('resources', before, after));
}

describe('the checker of Resources', () => {
  test('R05: accepts that a newer submission replaces an older one', () => {
    expect(() => see([undefined, itemOf(older)], [itemOf(older), itemOf(newer)])).not.toThrow();
  });

  test('R05: finds an older one that replaces a newer one, and an order that is not the submission’s', () => {
    expect(() => see([itemOf(newer), itemOf(older)])).toThrow('R05: #1');
    const late = itemOf(older, { submissionOrder: orderOf(newer) });
    expect(() => see([undefined, late])).toThrow(`as if it were of ${orderOf(newer)}`);
  });

  test('R51: finds a resource in another source’s place', () => {
    const stolen = itemOf(older, { pk: 'hospital-b#Patient#p1' });
    expect(() => see([undefined, stolen])).toThrow('R51: #1');
  });

  test('R04: finds a second effect, other content, and a resource that must not be stored', () => {
    const delivered = itemOf(older, { deliveryShard: 'x' });
    expect(() => see([itemOf(older), delivered])).not.toThrow();
    expect(() => see([itemOf(older), itemOf(older, { storedAt: 6 })])).toThrow('storedAt changed');
    expect(() => see([undefined, itemOf(older, { contentHash: 'x' })])).toThrow('another content');
    expect(() => see([undefined, itemOf(rejected)])).toThrow('must be rejected');
    expect(() => see([undefined, itemOf({ ...older, messageId: 'x' })])).toThrow('nobody sent');
    expect(() => see([itemOf(older), undefined])).toThrow('was deleted');
    const isFixed = { ...rejected, text: '{"fixed":true}' };
    expect(() => see([undefined, itemOf(isFixed)])).toThrow('must be rejected');
  });

  test('R04: accepts what an operator has corrected, and no longer what was wrong', () => {
    rejected.corrected = '{"fixed":true}';
    expect(() => see([undefined, itemOf({ ...rejected, text: '{"fixed":true}' })])).not.toThrow();
    expect(() => see([undefined, itemOf(rejected)])).toThrow('another content');
  });
});
