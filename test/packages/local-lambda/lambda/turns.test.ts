import { afterEach, expect, test, vi } from 'vitest';
import { Turns } from '../../../../packages/local-lambda/lambda/turns.ts';

/** Turns for a number of equal places; each records who got it. */
function turnsOver(places: number, patienceMs = 0) {
  let free = places;
  const granted: string[] = [];
  const turns = new Turns<string, object>(500, (_, waitedMs) => {
    if (free === 0 || waitedMs < patienceMs) return undefined;
    free -= 1;
    return {};
  });
  return {
    granted,
    turns,
    ask: (owner: string, ownerMax = 100, headStart = 0) =>
      turns.wait(owner, ownerMax, owner, headStart).then(({ end }) => {
        granted.push(owner);
        return () => {
          free += 1;
          end();
        };
      }),
  };
}

/** Lets all due grants arrive. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

afterEach(() => {
  vi.useRealTimers();
});

test('there are never more turns than places', async () => {
  const { ask, granted } = turnsOver(2);
  const [first] = [ask('a'), ask('a'), ask('a')];
  await settle();
  expect(granted).toHaveLength(2);
  (await first)();
  await settle();
  expect(granted).toHaveLength(3);
});

test('R50 a free place goes to the owner that holds the fewest', async () => {
  const { ask, granted } = turnsOver(2);
  const [first] = [ask('flood'), ask('flood'), ask('flood'), ask('flood')];
  const small = ask('small');
  (await first)();
  await settle();
  expect(granted).toEqual(['flood', 'flood', 'small']);
  (await small)();
  await settle();
  expect(granted).toEqual(['flood', 'flood', 'small', 'flood']);
});

test('an owner with a head start is served first until it holds as many more', async () => {
  const { ask, granted } = turnsOver(6);
  const batches: ReturnType<typeof ask>[] = [];
  for (let count = 0; count < 6; count += 1) {
    batches.push(ask('batches'));
    ask('single', 100, 2);
  }
  await settle();
  expect(granted.filter((owner) => owner === 'single')).toHaveLength(3);
  for (const batch of batches.slice(0, 2)) {
    (await batch)();
    await settle();
  }
  expect(granted.slice(6)).toEqual(['single', 'batches']);
});

test('R50 an owner that holds none is served before one with a head start', async () => {
  const { ask, granted } = turnsOver(2);
  const batch = ask('batches');
  for (let count = 0; count < 2; count += 1) ask('single', 100, 2);
  ask('batches');
  (await batch)();
  await settle();
  expect(granted).toEqual(['batches', 'single', 'batches']);
});

test('an owner has no more than its own maximum, and does not block the others', async () => {
  const { ask, granted } = turnsOver(10);
  for (let count = 0; count < 4; count += 1) ask('narrow', 2);
  ask('other');
  await settle();
  expect(granted).toEqual(['narrow', 'narrow', 'other']);
});

test('a turn ends once', async () => {
  const turns = new Turns<string, object>(500, () => ({}));
  const { end } = await turns.wait('a', 2, 'a');
  await turns.wait('a', 2, 'a');
  end();
  end();
  const granted: number[] = [];
  for (const ask of [1, 2]) turns.wait('a', 2, 'a').then(() => granted.push(ask));
  await settle();
  expect(granted).toEqual([1]);
});

test('for a request that waits, a place is asked for again and again, with how long it has waited', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const { ask, granted } = turnsOver(1, 1_000);
  ask('a');
  await vi.advanceTimersByTimeAsync(999);
  expect(granted).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(granted).toEqual(['a']);
  expect(vi.getTimerCount()).toBe(0);
});

test('an owner that finds no place does not block another that can have one', async () => {
  const turns = new Turns<string, object>(500, (wish) => (wish === 'possible' ? {} : undefined));
  const granted: string[] = [];
  for (const wish of ['impossible', 'possible']) {
    turns.wait(wish, 1, wish).then(() => granted.push(wish));
  }
  await settle();
  expect(granted).toEqual(['possible']);
});
