import { beforeEach, describe, expect, test } from 'vitest';
import { Breakers } from '../../breaker/breakers.ts';
import { type BreakerPolicy, DEFAULT_BREAKER_POLICY } from '../../core/breaker/breaker-policy.ts';
import { type Closed, RECEIPTS_MAX, within } from '../../core/breaker/breaker-state.ts';
import { CountingStore, fails, S, type TestTools, testTools, timeoutMs, works } from './tools.ts';

let store: CountingStore;
let tools: TestTools;
beforeEach(() => {
  store = new CountingStore();
  tools = testTools();
});

describe('R10 R14: with a failure rate', () => {
  const trip = { kind: 'failure-rate', share: 0.5, callsMin: 20, windowMs: 60_000 } as const;
  const policies = new Map<string, BreakerPolicy>([[S, { ...DEFAULT_BREAKER_POLICY, trip }]]);
  const call = async (its: Breakers, ok: boolean, times = 1) => {
    for (let n = 0; n < times; n += 1) {
      await its.guard(S, ok ? works : fails, { timeoutMs, fallback: () => '' });
    }
  };

  test('the rate is that of the whole fleet, without a write for a healthy call', async () => {
    const [unlucky, lucky] = [0, 1].map(() => new Breakers(store, tools, policies)) as [
      Breakers,
      Breakers,
    ];
    await call(lucky, true, 100);
    await call(unlucky, true, 5);
    expect(store.writes).toBe(0);
    await call(unlucky, false, 30);
    expect(store.writes).toBe(1);
    tools.clock += 1_000;
    // The others report their healthy calls once they read that somebody has failures.
    await call(lucky, true, 50);
    expect(store.writes).toBe(2);
    await call(unlucky, false, 30);
    expect(await store.load(S)).toMatchObject({ phase: 'closed' });
    tools.clock += 1_000;
    await call(unlucky, false, 200);
    tools.clock += 1_000;
    await call(unlucky, false, 1);
    expect(await store.load(S)).toMatchObject({
      phase: 'open',
      why: expect.stringMatching(/^\d+ of \d+ calls failed$/),
    });
  });

  test('calls that could not be reported because of another writer are reported later', async () => {
    const [a, b] = [0, 1].map(() => new Breakers(store, tools, policies)) as [Breakers, Breakers];
    await Promise.all([call(a, true), call(b, true)]);
    await Promise.all([call(a, false), call(b, false)]);
    expect(await store.load(S)).toMatchObject({ version: 1 });
    tools.clock += 2_000;
    await Promise.all([call(a, true), call(b, true)]);
    tools.clock += 2_000;
    await call(a, true);
    await call(b, true);
    const state = await store.load(S);
    const calls = state?.phase === 'closed' ? state.window : [];
    expect(calls.reduce((sum, bucket) => sum + bucket.failures, 0)).toBe(2);
  });

  test.each(['answers to saves', 'first answers'] as const)(
    'R13: calls whose report is not answered (%s) count once',
    async (down) => {
      const one = new Breakers(store, tools, policies);
      store.down = down;
      await call(one, false);
      expect(store.writes).toBeGreaterThan(0);
      store.down = 'no';
      tools.clock += 20_000;
      await call(one, true);
      tools.clock += 20_000;
      await call(one, true);
      const state = await store.load(S);
      const window = state?.phase === 'closed' ? state.window : [];
      const sum = (of: 'calls' | 'failures') => window.reduce((all, each) => all + each[of], 0);
      expect([sum('failures'), sum('calls')]).toEqual([1, 3]);
    },
  );

  test('R13: a read that began before a report does not show that it was not made', async () => {
    let answerRead = () => {};
    const pause = async () => void setImmediate(answerRead);
    const one = new Breakers(store, { ...tools, now: () => tools.clock, pause }, policies);
    const [save, load] = [store.save.bind(store), store.load.bind(store)];
    let peeked: Promise<unknown> | undefined;
    store.down = 'first answers';
    store.save = async (...args) => {
      store.save = save;
      const before = await load(S);
      store.load = async () => {
        store.load = load;
        await new Promise<void>((resolve) => {
          answerRead = resolve;
        });
        return before;
      };
      tools.clock += 1_000;
      peeked = one.of(S).peek(timeoutMs);
      return save(...args);
    };
    await call(one, false);
    store.down = 'no';
    expect(await peeked).toBeUndefined();
    tools.clock += 20_000;
    await call(one, true);
    const state = await store.load(S);
    const window = state?.phase === 'closed' ? state.window : [];
    expect(window.reduce((all, { failures }) => all + failures, 0)).toBe(1);
  });

  test('R13: calls whose report may be among receipts that are gone do not count again', async () => {
    const pause = async () => {
      // Others save so often meanwhile that the receipt leaves the item.
      store.down = 'no';
      for (let saves = 0; saves < RECEIPTS_MAX; saves += 1) {
        const state = (await store.load(S)) as Closed;
        await store.save(S, state, within(state, {}, `other${saves}`).next);
      }
    };
    const one = new Breakers(store, { ...tools, now: () => tools.clock, pause }, policies);
    store.down = 'answers to saves';
    await call(one, false);
    tools.clock += 20_000;
    await call(one, true);
    const state = await store.load(S);
    const window = state?.phase === 'closed' ? state.window : [];
    expect(window.reduce((all, { failures }) => all + failures, 0)).toBe(1);
  });
});
