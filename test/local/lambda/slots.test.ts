import { expect, test } from 'vitest';
import { Slots } from '../../../local/lambda/slots.ts';

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
  const slots = new Slots(2);
  const granted: string[] = [];
  const [first] = [1, 2, 3].map(() => ask(slots, 'a', granted));
  await settle();
  expect(granted).toHaveLength(2);
  (await first)?.();
  await settle();
  expect(granted).toHaveLength(3);
});

test('R50 a free slot goes to the owner that holds the fewest', async () => {
  const slots = new Slots(2);
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
  const slots = new Slots(10);
  const granted: string[] = [];
  for (let count = 0; count < 4; count += 1) ask(slots, 'narrow', granted, 2);
  ask(slots, 'other', granted);
  await settle();
  expect(granted).toEqual(['narrow', 'narrow', 'other']);
});

test('a release counts once', async () => {
  const slots = new Slots(1);
  const granted: string[] = [];
  const release = await ask(slots, 'a', granted);
  release();
  release();
  ask(slots, 'b', granted);
  ask(slots, 'c', granted);
  await settle();
  expect(granted).toEqual(['a', 'b']);
});
