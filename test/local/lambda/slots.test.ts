import { afterEach, expect, test, vi } from 'vitest';
import { Slots } from '../../../local/lambda/slots.ts';

/** Slots that are granted as soon as they are free. */
function greedy(max: number): Slots {
  return new Slots({ max, eager: max, patienceMs: 0 });
}

afterEach(() => {
  vi.useRealTimers();
});

/** Asks for a slot and notes when it comes. */
function ask(slots: Slots, owner: string, granted: string[], ownerMax = 100) {
  return slots.acquire(owner, ownerMax).then((release) => {
    granted.push(owner);
    return release;
  });
}

/** Lets all grants that are due arrive. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('no more than the bound run at a time', async () => {
  const slots = greedy(2);
  const granted: string[] = [];
  const [first] = [1, 2, 3].map(() => ask(slots, 'a', granted));
  await settle();
  expect(granted).toHaveLength(2);
  (await first)?.();
  await settle();
  expect(granted).toHaveLength(3);
});

test('R50 a free slot goes to the owner that holds the fewest', async () => {
  const slots = greedy(2);
  const granted: string[] = [];
  const flood = [1, 2, 3, 4].map(() => ask(slots, 'flood', granted));
  const small = ask(slots, 'small', granted);
  (await flood[0])?.();
  await settle();
  expect(granted).toEqual(['flood', 'flood', 'small']);
  (await small)();
  await settle();
  expect(granted).toEqual(['flood', 'flood', 'small', 'flood']);
});

test('an owner holds no more than its own maximum and does not block the others', async () => {
  const slots = greedy(10);
  const granted: string[] = [];
  for (let count = 0; count < 4; count += 1) ask(slots, 'narrow', granted, 2);
  ask(slots, 'other', granted);
  await settle();
  expect(granted).toEqual(['narrow', 'narrow', 'other']);
});

test('a release counts once', async () => {
  const slots = greedy(1);
  const granted: string[] = [];
  const release = await ask(slots, 'a', granted);
  release();
  release();
  ask(slots, 'b', granted);
  ask(slots, 'c', granted);
  await settle();
  expect(granted).toEqual(['a', 'b']);
});

test('an owner scales out beyond the eager slots only as it waits', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const slots = new Slots({ max: 10, eager: 2, patienceMs: 500 });
  const granted: string[] = [];
  const [first] = [1, 2, 3].map(() => ask(slots, 'a', granted));
  await vi.advanceTimersByTimeAsync(499);
  expect(granted).toHaveLength(2);
  (await first)?.();
  await settle();
  expect(granted).toHaveLength(3);
  ask(slots, 'a', granted);
  await vi.advanceTimersByTimeAsync(499);
  expect(granted).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(1);
  expect(granted).toHaveLength(4);
});
