import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../simulation/effects.ts';
import { Scheduler } from '../../../simulation/scheduler.ts';
import {
  NO_QUEUE_FAULTS,
  type QueueFaults,
  type QueuePlan,
  type Sent,
} from '../../../simulation/sqs/message.ts';
import { Sqs } from '../../../simulation/sqs/sqs.ts';

const never = () => false;
const SENT: Sent = {
  body: 'b',
  attributes: {},
  groupId: undefined,
  deduplicationId: undefined,
  senderId: 'AROA:x',
  delaySeconds: undefined,
};

function queueWith(plan: Partial<QueuePlan> = {}, faults: Partial<QueueFaults> = {}) {
  const scheduler = new Scheduler(1);
  const left: string[] = [];
  const sqs = new Sqs({
    scheduler,
    random: scheduler.random,
    faults: () => ({ ...NO_QUEUE_FAULTS, ...faults }),
    tell: (effect: Effect) => {
      if (effect.kind === 'left') left.push(`${effect.queue.name} ${effect.how}`);
    },
  });
  const common = {
    isFifo: false,
    visibilityMs: 30_000,
    retentionMs: 3_600_000,
    delayMs: 0,
  };
  const dead = sqs.create({ ...common, name: 'dead', arn: 'arn:dead' });
  const queue = sqs.create({ ...common, name: 'q', arn: 'arn:q', ...plan });
  const wait = (ms: number) => scheduler.run(never, scheduler.now + ms);
  const waitExactly = async (ms: number) => {
    scheduler.after(ms, () => undefined);
    await wait(ms);
  };
  return { scheduler, sqs, queue, dead, left, wait: waitExactly };
}

describe('a queue', () => {
  test('gives no more than may be in flight, and goes on when one is deleted or comes back', async () => {
    const { queue, wait } = queueWith({}, { inFlightMax: 2 });
    let announced = 0;
    for (let n = 0; n < 4; n += 1) queue.send(SENT);
    queue.onVisible.push(() => {
      announced += 1;
    });
    const [first] = queue.receive(10);
    expect(queue.receive(10)).toEqual([]);
    expect([queue.isFull, queue.hasNext, queue.visible]).toEqual([true, false, 2]);
    queue.delete(first?.receiptHandle ?? '');
    expect([queue.isFull, queue.hasNext, announced]).toEqual([false, true, 1]);
    expect(queue.receive(10)).toHaveLength(1);
    await wait(30_000);
    expect(announced).toBe(3);
    expect(queue.receive(10)).toHaveLength(2);
  });

  test('delivers a message once, and again when its visibility ends', async () => {
    const { queue, wait } = queueWith();
    const { id } = queue.send(SENT);
    const [first] = queue.receive(10);
    expect(first).toMatchObject({ receiveCount: 1, message: { id } });
    expect(queue.receive(10)).toEqual([]);
    await wait(29_999);
    expect(queue.receive(10)).toEqual([]);
    await wait(1);
    expect(queue.receive(10)).toMatchObject([{ receiveCount: 2, message: { id } }]);
  });

  test('forgets deleted messages, and a stale handle may have no effect', async () => {
    const { queue, wait, left } = queueWith();
    queue.send(SENT);
    const [first] = queue.receive(1);
    await wait(30_000);
    const [second] = queue.receive(1);
    queue.delete(second?.receiptHandle ?? '');
    queue.delete(first?.receiptHandle ?? '');
    expect(queue.size).toBe(0);
    expect(left).toEqual(['q deleted']);
    await wait(60_000);
    expect(queue.receive(1)).toEqual([]);
  });

  test('a stale handle sometimes deletes', async () => {
    const { queue, wait } = queueWith();
    for (let count = 0; count < 100; count += 1) queue.send(SENT);
    const stale = queue.receive(100);
    await wait(30_000);
    for (const { receiptHandle } of queue.receive(100) && stale) queue.delete(receiptHandle);
    expect(queue.size).toBeGreaterThan(20);
    expect(queue.size).toBeLessThan(80);
  });

  test('makes a message visible sooner or later on request, for the owner of its handle only', async () => {
    const { queue, wait } = queueWith();
    queue.send(SENT);
    const [first] = queue.receive(1);
    expect(queue.changeVisibility(first?.receiptHandle ?? '', 1)).toBe(true);
    await wait(1_000);
    const [second] = queue.receive(1);
    expect(second?.receiveCount).toBe(2);
    expect(queue.changeVisibility(first?.receiptHandle ?? '', 0)).toBe(false);
    queue.changeVisibility(second?.receiptHandle ?? '', 100);
    await wait(99_000);
    expect(queue.receive(1)).toEqual([]);
    await wait(1_000);
    expect(queue.receive(1)).toHaveLength(1);
  });

  test('moves a message that was received too often, with its id and its time', async () => {
    const { queue, dead, wait, left } = queueWith({
      redrive: { to: 'arn:aws:sqs:dead', receivesMax: 2 },
    });
    const { id, sentAt } = queue.send(SENT);
    for (let count = 0; count < 2; count += 1) {
      expect(queue.receive(1)).toHaveLength(1);
      await wait(30_000);
    }
    expect(queue.receive(1)).toEqual([]);
    expect(left).toEqual(['q redriven']);
    expect(dead.receive(1)).toMatchObject([{ receiveCount: 1, message: { id, sentAt } }]);
  });

  test('drops messages that are too old, and reports them', async () => {
    const { queue, wait, left } = queueWith({ retentionMs: 60_000 });
    queue.send(SENT);
    await wait(60_000);
    expect(queue.receive(1)).toEqual([]);
    expect(left).toEqual(['q expired']);
  });

  test('delivers in any order, and a quiet group sooner', () => {
    const { queue } = queueWith();
    const ids = Array.from({ length: 100 }, () => queue.send({ ...SENT, groupId: 'loud' }).id);
    const quiet = queue.send({ ...SENT, groupId: 'quiet' }).id;
    const order = queue.receive(101).map(({ message }) => message.id);
    expect(order).not.toEqual([...ids, quiet]);
    expect(new Set(order).size).toBe(101);
    expect(order.indexOf(quiet)).toBeLessThan(60);
  });

  test('may deliver twice and report wrong counts', async () => {
    const { queue, wait } = queueWith({}, { duplicate: 1, countOff: 1, deleteMissed: 1 });
    queue.send(SENT);
    const [first] = queue.receive(1);
    await wait(3_000);
    const [copy] = queue.receive(1);
    expect(copy).toMatchObject({ receiveCount: 1, message: { id: first?.message.id } });
    queue.delete(copy?.receiptHandle ?? '');
    expect(queue.size).toBe(1);
  });

  test('delivers a delayed message later', async () => {
    const { queue, wait } = queueWith();
    queue.send({ ...SENT, delaySeconds: 5 });
    expect(queue.receive(1)).toEqual([]);
    await wait(5_000);
    expect(queue.receive(1)).toHaveLength(1);
  });
});

describe('a FIFO queue', () => {
  const fifo = { isFifo: true };
  const of = (groupId: string, deduplicationId: string) => ({
    ...SENT,
    groupId,
    deduplicationId,
    body: deduplicationId,
  });

  test('keeps a group in order, and delivers none of it while one of its messages is in flight', async () => {
    const { queue, wait } = queueWith(fifo);
    for (const name of ['a1', 'a2', 'a3', 'b1']) queue.send(of(name.charAt(0), name));
    const bodies = (most: number) => queue.receive(most).map(({ message }) => message.body);
    expect(bodies(2)).toEqual(['a1', 'a2']);
    expect(bodies(10)).toEqual(['b1']);
    await wait(30_000);
    expect(bodies(10)).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  test('has nothing for a reader while its groups are blocked, and says so when they no longer are', async () => {
    const { queue, wait } = queueWith(fifo);
    let said = 0;
    for (const name of ['a1', 'a2', 'a3']) queue.send(of('a', name));
    queue.onVisible.push(() => {
      said += 1;
    });
    const [first] = queue.receive(1);
    expect(queue).toMatchObject({ visible: 2, hasNext: false });
    queue.delete(first?.receiptHandle ?? '');
    expect(queue.hasNext).toBe(true);
    expect(said).toBe(1);
    queue.receive(1);
    expect(queue.hasNext).toBe(false);
    await wait(30_000);
    expect(queue.hasNext).toBe(true);
    expect(said).toBe(2);
  });

  test('accepts one message for each deduplication id in five minutes', async () => {
    const { queue, wait } = queueWith(fifo);
    const first = queue.send(of('a', 'x'));
    expect(queue.send(of('a', 'x')).id).toBe(first.id);
    expect(queue.size).toBe(1);
    await wait(300_000);
    expect(queue.send(of('a', 'x')).id).not.toBe(first.id);
  });
});
