import { beforeEach, describe, expect, test } from 'vitest';
import { Breakers } from '../../breaker/breakers.ts';
import { RECEIPTS_MAX } from '../../core/breaker/breaker-state.ts';
import {
  CountingStore,
  fails,
  S,
  type TestTools,
  testTools,
  timeoutMs,
  trip,
  works,
} from './tools.ts';

let store: CountingStore;
let tools: TestTools;
let breakers: Breakers;
beforeEach(() => {
  store = new CountingStore();
  tools = testTools();
  breakers = new Breakers(store, tools);
});

describe('R15: with the store down', () => {
  test('an environment continues with its own breaker, and asks the store again each second', async () => {
    store.down = 'all';
    await trip(breakers);
    expect(tools.events).toEqual(['store fault', 'alone: closed to open']);
    await expect(breakers.guard(S, works, { timeoutMs })).rejects.toThrow('open');
    tools.clock += 1_000;
    await expect(breakers.guard(S, works, { timeoutMs })).rejects.toThrow('open');
    expect(tools.events.filter((event) => event === 'store fault')).toHaveLength(2);
    store.down = 'no';
    tools.clock += 1_000;
    expect(await breakers.guard(S, works, { timeoutMs })).toBe('answer');
  });

  test('it begins with the last known state of the fleet', async () => {
    await trip(breakers);
    store.down = 'all';
    tools.clock += 1_000;
    await expect(breakers.guard(S, works, { timeoutMs })).rejects.toThrow('open');
    tools.clock += 29_000;
    expect(await breakers.guard(S, works, { timeoutMs })).toBe('answer');
  });

  test('a result that cannot be saved is lost, and the call is not', async () => {
    await breakers.guard(S, works, { timeoutMs });
    store.down = 'saves';
    await expect(breakers.guard(S, fails, { timeoutMs })).rejects.toThrow('boom');
    expect(tools.events).toEqual(['store fault']);
  });

  test('R13: a failure whose save had no answer counts once', async () => {
    await breakers.guard(S, works, { timeoutMs });
    store.down = 'answers to saves';
    for (let n = 0; n < 4; n += 1) {
      await expect(breakers.guard(S, fails, { timeoutMs })).rejects.toThrow('boom');
    }
    store.down = 'no';
    expect(await store.load(S)).toMatchObject({ phase: 'closed', failures: 4 });
  });

  test('R13: it does not count again after so many saves of others that its receipt is gone', async () => {
    const other = new Breakers(store, tools);
    const pause = async () => {
      store.down = 'no';
      for (let saves = 0; saves < RECEIPTS_MAX; saves += 2) {
        await expect(other.guard(S, fails, { timeoutMs })).rejects.toThrow('boom');
        await other.guard(S, works, { timeoutMs });
      }
    };
    breakers = new Breakers(store, { ...tools, pause });
    await breakers.guard(S, works, { timeoutMs });
    store.down = 'answers to saves';
    await expect(breakers.guard(S, fails, { timeoutMs })).rejects.toThrow('boom');
    expect(await store.load(S)).toMatchObject({ failures: 0, version: 1 + RECEIPTS_MAX });
  });

  test.each(['answers to saves', 'first answers'] as const)(
    'R60: a transition is published once although its save lost its %s',
    async (down) => {
      await breakers.guard(S, works, { timeoutMs });
      store.down = down;
      await trip(breakers);
      store.down = 'no';
      tools.clock += 1_000;
      await expect(breakers.guard(S, works, { timeoutMs })).rejects.toThrow('open');
      expect(tools.events.filter((event) => event === 'closed to open')).toHaveLength(1);
      expect(await store.load(S)).toMatchObject({ phase: 'open', generation: 1 });
    },
  );

  test('R60: a transition that did not happen is not published', async () => {
    for (let n = 0; n < 4; n += 1) {
      await expect(breakers.guard(S, fails, { timeoutMs })).rejects.toThrow('boom');
    }
    store.down = 'saves';
    await expect(breakers.guard(S, fails, { timeoutMs })).rejects.toThrow('boom');
    store.down = 'no';
    tools.clock += 1_000;
    expect(await breakers.guard(S, works, { timeoutMs })).toBe('answer');
    expect(tools.events).not.toContain('closed to open');
  });
});
