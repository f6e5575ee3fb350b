import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from 'vitest';
import { SharedRequests } from '../../aws/shared-requests.ts';
import { endOfWork, scoped } from '../../telemetry/invocation.ts';

/** The requests that were made, and the timers that have not run. */
function setUp(errorsOf: (items: readonly string[]) => (Error | undefined)[] = () => []) {
  const requests: (readonly string[])[] = [];
  const timers = new Set<() => void>();
  const shared = new SharedRequests<string>(
    async (items) => {
      // As the SDK's clients do.
      endOfWork()?.throwIfAborted();
      requests.push(items);
      return errorsOf(items);
    },
    {
      later(_ms, run) {
        const inItsContext = AsyncLocalStorage.snapshot();
        const timer = () => inItsContext(run);
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
  );
  const timeUp = () => {
    for (const timer of [...timers]) timer();
  };
  return { requests, timers, shared, timeUp };
}

const ends = (sent: readonly Promise<void>[]) =>
  Promise.all(
    sent.map((each) =>
      each.then(
        () => 'sent',
        (error: Error) => error.message,
      ),
    ),
  );
const letters = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

test('ten items make a request at once; the others wait for the time in which more may come', async () => {
  const { requests, timers, shared, timeUp } = setUp();
  const sent = letters(23).map((item) => shared.send(item));
  expect(requests.map(({ length }) => length)).toEqual([10, 10]);
  expect(timers.size).toBe(1);
  timeUp();
  expect(requests.flat()).toEqual(letters(23));
  expect(await ends(sent)).toEqual(letters(23).map(() => 'sent'));
  expect(timers.size).toBe(0);
});

test('R09: an item that is refused fails alone', async () => {
  const { shared, timeUp } = setUp((items) =>
    items.map((item) => (item === '1' ? new Error('refused') : undefined)),
  );
  const sent = letters(3).map((item) => shared.send(item));
  timeUp();
  expect(await ends(sent)).toEqual(['sent', 'refused', 'sent']);
});

test('R06: a request that fails has sent none of its items, and the next request is another', async () => {
  let isDown = true;
  const { shared, timeUp } = setUp(() => {
    if (isDown) throw new Error('down');
    return [];
  });
  const sent = letters(2).map((item) => shared.send(item));
  timeUp();
  expect(await ends(sent)).toEqual(['down', 'down']);
  isDown = false;
  const again = shared.send('0');
  timeUp();
  expect(await ends([again])).toEqual(['sent']);
});

test('R61: an item of an invocation that has ended is not sent by the next one, nor does it harm that', async () => {
  const { requests, shared, timeUp } = setUp();
  const before: Promise<void>[] = [];
  await scoped(async () => void before.push(shared.send('before')));
  await scoped(async () => {
    const after = letters(9).map((item) => shared.send(item));
    expect(requests).toEqual([]);
    timeUp();
    expect(await ends(after)).toEqual(letters(9).map(() => 'sent'));
  });
  expect(requests).toEqual([letters(9)]);
  expect(await ends(before)).toEqual(['the work that made the call is over']);
});
