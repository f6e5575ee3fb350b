import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairBacklog } from '../../../../packages/local-lambda/emulators/fair-backlog.ts';
import { TenantShares } from '../../../../packages/local-lambda/emulators/tenant-shares.ts';

interface Message {
  readonly id: number;
  readonly messageGroupId?: string;
}

function backlogOf(shares = new TenantShares()) {
  const backlog = new FairBacklog<Message>(shares, () => 0);
  let id = 0;
  const push = (messageGroupId: string | undefined, count: number) => {
    for (let i = 0; i < count; i++) {
      backlog.push({ id: id++, ...(messageGroupId !== undefined && { messageGroupId }) });
    }
  };
  return { shares, backlog, push };
}

/** Delivers n messages, all of which stay in flight; returns whose they were. */
function deliver({ shares, backlog }: ReturnType<typeof backlogOf>, count: number) {
  return Array.from({ length: count }, () => {
    const message = backlog.shift();
    if (message === undefined) throw new Error('nothing waits');
    shares.received(message.messageGroupId);
    return message.messageGroupId;
  });
}

describe('R50: a fair backlog', () => {
  test('is first in, first out while no tenant is noisy', () => {
    const queue = backlogOf();
    queue.push('a', 1);
    queue.push('b', 1);
    queue.push(undefined, 1);
    queue.push('a', 1);
    expect(deliver(queue, 4)).toEqual(['a', 'b', undefined, 'a']);
    expect(queue.backlog.shift()).toBeUndefined();
  });

  test('moves a flood to the back as soon as 30 of it are in flight', () => {
    const queue = backlogOf();
    queue.push('flood', 500);
    queue.push('quiet', 2);
    expect(deliver(queue, 33)).toEqual([
      ...Array.from({ length: 30 }, () => 'flood'),
      'quiet',
      'quiet',
      'flood',
    ]);
  });

  test('treats a tenant as quiet again once nothing of it waits, and not before', () => {
    const queue = backlogOf();
    queue.push('slow', 2);
    const receiveAndReturn = () => {
      deliver(queue, 1);
      queue.shares.returned('slow', 60_000, 0);
    };
    receiveAndReturn();
    queue.push('quick', 1);
    expect(deliver(queue, 2)).toEqual(['quick', 'slow']);
    queue.push('slow', 1);
    queue.push('quick', 1);
    expect(deliver(queue, 2)).toEqual(['slow', 'quick']);
  });

  test('does not notice a flood without message groups, in which each message is a tenant of its own', () => {
    const queue = backlogOf();
    queue.push(undefined, 100);
    queue.push('quiet', 1);
    expect(deliver(queue, 101).indexOf('quiet')).toBe(100);
  });

  test('serves the noisy tenant with the fewest in flight first', () => {
    const queue = backlogOf();
    for (let i = 0; i < 40; i++) queue.shares.received('a');
    for (let i = 0; i < 38; i++) queue.shares.received('b');
    queue.push('a', 5);
    queue.push('b', 5);
    expect(deliver(queue, 5)).toEqual(['b', 'b', 'a', 'b', 'a']);
  });

  test('never loses or doubles a message', () => {
    const step = fc.oneof(
      fc.record({ group: fc.constantFrom('a', 'b', 'c', undefined), count: fc.nat({ max: 40 }) }),
      fc.record({ take: fc.nat({ max: 40 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const queue = backlogOf();
        const { backlog, shares } = queue;
        const out: Message[] = [];
        let pushed = 0;
        const take = () => {
          const message = backlog.shift();
          if (message === undefined) return;
          shares.received(message.messageGroupId);
          out.push(message);
        };
        for (const one of steps) {
          if ('take' in one) for (let i = 0; i < one.take; i++) take();
          else {
            queue.push(one.group, one.count);
            pushed += one.count;
          }
          expect([...backlog]).toHaveLength(backlog.length);
          expect(out.length + backlog.length).toBe(pushed);
        }
        while (backlog.length > 0) take();
        expect(new Set(out.map(({ id }) => id)).size).toBe(pushed);
        for (const group of ['a', 'b', 'c', undefined]) {
          const own = out.filter((message) => message.messageGroupId === group);
          expect(own).toEqual(own.toSorted((x, y) => x.id - y.id));
        }
      }),
      { numRuns: 50 },
    );
  });
});
