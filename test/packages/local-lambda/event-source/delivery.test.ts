import { describe, expect, test } from 'vitest';
import { Deliveries } from '../../../../packages/local-lambda/event-source/delivery.ts';
import type { Mischief } from '../../../../packages/local-lambda/event-source/duplicates-and-reordering.ts';
import { seededRandom } from '../../../../packages/local-lambda/event-source/random.ts';
import { toRecord } from '../../../../packages/local-lambda/event-source/record.ts';
import {
  textsOf,
  toWaiting,
  type Waiting,
} from '../../../../packages/local-lambda/event-source/waiting.ts';

const LONG_AFTER = 10_000;

function records(count: number): Waiting[] {
  return toWaiting(
    Array.from({ length: count }, (_, index) => toRecord({ MessageId: `${index}` }, 'arn')),
  );
}

function deliver(mischief: Omit<Mischief, 'random'>, seed: number): Waiting[] {
  const deliveries = new Deliveries({ ...mischief, random: seededRandom(seed) });
  deliveries.add(records(1000), 0);
  const out = [deliveries.take(0)];
  while (deliveries.size > 0) out.push(deliveries.take(LONG_AFTER));
  return out.flat();
}

function ids(list: Waiting[]): string[] {
  return list.map(({ messageId }) => messageId);
}

describe('deliveries', () => {
  test('come once and in order unless mischief is requested', () => {
    const delivered = deliver({ duplicates: 0, reorder: false }, 1);
    expect(textsOf(delivered)).toEqual(textsOf(records(1000)));
  });

  test('repeat messages in other batches as often as requested, and lose none', () => {
    const delivered = deliver({ duplicates: 0.2, reorder: false }, 1);
    expect(new Set(ids(delivered))).toEqual(new Set(ids(records(1000))));
    expect(delivered.length).toBeGreaterThan(1150);
    expect(delivered.length).toBeLessThan(1250);
  });

  test('R04 give a copy a receive count of 1 or 2, as from another replica', () => {
    const copies = deliver({ duplicates: 1, reorder: false }, 1).slice(1000);
    const counts = textsOf(copies).map(
      (json) => JSON.parse(json).attributes.ApproximateReceiveCount,
    );
    expect(copies).toHaveLength(1000);
    expect(new Set(counts)).toEqual(new Set(['1', '2']));
  });

  test('never have a message twice in one batch', () => {
    const deliveries = new Deliveries({ duplicates: 1, reorder: true, random: seededRandom(3) });
    deliveries.add(records(100), 0);
    while (deliveries.size > 0) {
      const batch = ids(deliveries.take(LONG_AFTER));
      expect(new Set(batch).size).toBe(batch.length);
    }
  });

  test('reordering changes only the order, and is the same for the same seed', () => {
    const delivered = ids(deliver({ duplicates: 0, reorder: true }, 1));
    expect(delivered).not.toEqual(ids(records(1000)));
    expect(delivered.toSorted()).toEqual(ids(records(1000)).toSorted());
    expect(ids(deliver({ duplicates: 0, reorder: true }, 1))).toEqual(delivered);
    expect(ids(deliver({ duplicates: 0, reorder: true }, 2))).not.toEqual(delivered);
  });

  test('put messages that do not fit back in front', () => {
    const deliveries = new Deliveries({ duplicates: 0, reorder: false, random: seededRandom(1) });
    deliveries.add(records(3), 0);
    deliveries.putBack(deliveries.take(0).slice(1));
    expect(ids(deliveries.take(0))).toEqual(['1', '2']);
  });
});
