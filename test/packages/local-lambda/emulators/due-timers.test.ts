import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type TimedQueue,
  waitForDeadlines,
} from '../../../../packages/local-lambda/emulators/due-timers.ts';

interface Queue extends TimedQueue {
  enqueue(message: object): void;
  deleteMessage(handle: string): boolean;
}

interface Store {
  createQueue(...settings: [name: string, url: string, arn: string, attributes: object]): Queue;
}

const { SqsStore } = (await import(
  new URL('sqs/sqsStore.js', import.meta.resolve('fauxqs')).href
)) as { SqsStore: (new () => Store) & { createMessage(...of: unknown[]): object } };

const VISIBILITY_SECONDS = 30;

function queueOf(store: Store): Queue {
  const attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
  return store.createQueue('q', 'http://localhost/000000000000/q', 'arn:aws:sqs:x:0:q', attributes);
}

function changedQueue(): Queue {
  const store: Store = new SqsStore();
  waitForDeadlines(store);
  return queueOf(store);
}

/** A queue, and the handles of its receives in order. */
function user(queue: Queue) {
  const handles: string[] = [];
  return {
    send: (body: string, delay?: number) => queue.enqueue(SqsStore.createMessage(body, {}, delay)),
    receive(seconds?: number): unknown[] {
      const received = queue.dequeue(3, seconds) as { ReceiptHandle: string; Body?: string }[];
      handles.push(...received.map(({ ReceiptHandle }) => ReceiptHandle));
      return received.map(({ Body }) => Body);
    },
    change: (nth: number, seconds: number) => queue.changeVisibility(handles[nth] ?? '', seconds),
    remove: (nth: number) => queue.deleteMessage(handles[nth] ?? ''),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const seconds = fc.integer({ min: 0, max: 60 });
const nth = fc.integer({ min: 0, max: 10 });
const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), delay: fc.option(seconds, { nil: undefined }) }),
  fc.record({ do: fc.constant('receive' as const), for: fc.option(seconds, { nil: undefined }) }),
  fc.record({ do: fc.constant('change' as const), nth, for: seconds }),
  fc.record({ do: fc.constant('remove' as const), nth }),
  fc.record({ do: fc.constant('wait' as const), for: seconds }),
);

test('a queue that waits for deadlines delivers what an unchanged one does', () => {
  let receives = 0;
  const run = (steps: (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) => {
    const users = [user(queueOf(new SqsStore())), user(changedQueue())];
    steps.forEach((each, n) => {
      if (each.do === 'wait') vi.setSystemTime(Date.now() + each.for * 1000);
      const [plain, changed] = users.map((one) => {
        if (each.do === 'send') return one.send(`message ${n}`, each.delay);
        if (each.do === 'receive') return one.receive(each.for);
        if (each.do === 'change') return one.change(each.nth, each.for);
        return each.do === 'remove' ? one.remove(each.nth) : undefined;
      });
      expect(changed).toEqual(plain);
      if (Array.isArray(plain) && plain.length > 0) receives += 1;
    });
  };
  fc.assert(fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), run), { numRuns: 300 });
  expect(receives).toBeGreaterThan(100);
});

test('it does not look at messages in flight before one of them can be visible again', () => {
  const queue = changedQueue();
  const { send, receive } = user(queue);
  send('one');
  expect(receive()).toEqual(['one']);
  queue.processTimers();
  const looks = vi.spyOn(queue.inflightMessages, Symbol.iterator);
  vi.setSystemTime(Date.now() + VISIBILITY_SECONDS * 1000 - 1);
  expect(receive()).toEqual([]);
  expect(looks).not.toHaveBeenCalled();
  vi.setSystemTime(Date.now() + 1);
  expect(receive()).toEqual(['one']);
  expect(looks).toHaveBeenCalled();
});

test('a poller is told of a message that waits', () => {
  const queue = changedQueue();
  queue.processTimers();
  user(queue).send('one');
  const told = vi.spyOn(queue, 'notifyWaiters');
  queue.processTimers();
  expect(told).toHaveBeenCalledOnce();
});

test('R04: each message is visible again at its own time, a shortened one and the one after it', () => {
  const { send, receive, change } = user(changedQueue());
  send('shortened');
  send('other');
  expect(receive()).toEqual(['shortened', 'other']);
  change(0, 5);
  vi.setSystemTime(Date.now() + 5_000);
  expect(receive(600)).toEqual(['shortened']);
  vi.setSystemTime(Date.now() + (VISIBILITY_SECONDS - 5) * 1000);
  expect(receive()).toEqual(['other']);
});
