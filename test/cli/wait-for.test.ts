import { expect, test } from 'vitest';
import { waitFor } from '../../cli/wait-for.ts';

/** Time that passes only while the code waits; `endsAt` says when each id ends. */
function world(endsAt: Record<string, number>) {
  let clock = 0;
  const looks: (readonly string[])[] = [];
  return {
    looks,
    clock: () => clock,
    patience: {
      now: () => clock,
      wait: async (ms: number) => {
        clock += ms;
      },
    },
    look: async (ids: readonly string[]) => {
      looks.push(ids);
      const ended = ids.filter((id) => (endsAt[id] ?? Number.POSITIVE_INFINITY) <= clock);
      return new Map(ended.map((id) => [id, `${id} ended`]));
    },
  };
}

test('asks only for those that have not ended, and stops with the last', async () => {
  const { looks, look, patience } = world({ a: 0, b: 300 });
  const told: number[] = [];
  const onLook = (waiting: number) => void told.push(waiting);
  const endings = await waitFor(['a', 'b', 'a'], look, { ...patience, timeoutMs: 60_000, onLook });
  expect([...endings]).toEqual([
    ['a', 'a ended'],
    ['b', 'b ended'],
  ]);
  expect(looks).toEqual([['a', 'b'], ['b'], ['b']]);
  expect(told).toEqual([1, 1, 0]);
});

test('waits no longer than told, and then looks once more', async () => {
  const { looks, look, patience, clock } = world({ late: 10_000 });
  const endings = await waitFor(['late', 'never'], look, { ...patience, timeoutMs: 10_000 });
  expect([...endings.keys()]).toEqual(['late']);
  expect(clock()).toBe(10_000);
  expect(looks.length).toBeLessThan(10);
});

test('looks once if it is told not to wait', async () => {
  const { looks, look, patience } = world({});
  expect(await waitFor(['a'], look, { ...patience, timeoutMs: 0 })).toEqual(new Map());
  expect(looks).toHaveLength(1);
  await waitFor([], look, { ...patience, timeoutMs: 0 });
  expect(looks).toHaveLength(1);
});

test('is ended by an interrupt', async () => {
  const { looks, look, patience } = world({});
  const signal = AbortSignal.abort();
  await waitFor(['a'], look, { ...patience, timeoutMs: 60_000, signal });
  expect(looks).toHaveLength(1);
});
