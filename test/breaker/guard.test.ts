import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Breakers } from '../../breaker/breakers.ts';
import { obey } from '../../core/breaker/breaker-operator.ts';
import { UNKNOWN_SERVICE } from '../../core/breaker/breaker-state.ts';
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

describe('R14: the healthy path', () => {
  test('writes nothing and reads once a second, however many calls are made', async () => {
    for (let second = 0; second < 3; second += 1) {
      await Promise.all(Array.from({ length: 50 }, () => breakers.guard(S, works, { timeoutMs })));
      await breakers.guard(S, works, { timeoutMs });
      tools.clock += 1_000;
    }
    expect([store.reads, store.writes]).toEqual([3, 0]);
  });

  test('resets an outstanding count with one write', async () => {
    await expect(breakers.guard(S, fails, { timeoutMs })).rejects.toThrow('boom');
    for (let n = 0; n < 9; n += 1) await breakers.guard(S, works, { timeoutMs });
    expect(store.writes).toBe(2);
  });
});

describe('R10 R11: a breaker that opened', () => {
  test('calls nothing, and says when to ask again', async () => {
    await trip(breakers);
    const call = vi.fn(works);
    await expect(breakers.guard(S, call, { timeoutMs })).rejects.toMatchObject({
      name: 'BreakerRefused',
      service: S,
      why: 'open',
      retryAt: tools.clock + 30_000,
    });
    expect(call).not.toHaveBeenCalled();
    expect(tools.events).toEqual(['closed to open', 'refused: open']);
  });

  test('gives the reason to a fallback', async () => {
    await trip(breakers);
    const fallback = vi.fn(() => 'cached');
    expect(await breakers.guard(S, works, { timeoutMs, fallback })).toBe('cached');
    const retryAt = tools.clock + 30_000;
    expect(fallback).toHaveBeenCalledWith({ kind: 'refused', why: 'open', retryAt });
  });

  test('is known to the other environments within a second', async () => {
    const other = new Breakers(store, tools);
    await other.guard(S, works, { timeoutMs });
    await trip(breakers);
    tools.clock += 999;
    expect(await other.guard(S, works, { timeoutMs })).toBe('answer');
    tools.clock += 1;
    await expect(other.guard(S, works, { timeoutMs })).rejects.toThrow('open');
  });

  test('opens by failures of several environments at once, none of them lost', async () => {
    const fleet = Array.from({ length: 10 }, () => new Breakers(store, tools));
    await Promise.allSettled(fleet.map((each) => each.guard(S, fails, { timeoutMs })));
    expect(tools.events).toEqual(['closed to open']);
  });
});

describe('R11: a peek', () => {
  const peek = () => breakers.of(S).peek(timeoutMs);

  test('says whether a call would be refused, and asks for nothing', async () => {
    expect(await peek()).toBeUndefined();
    await trip(breakers);
    expect(await peek()).toEqual({ kind: 'refused', why: 'open', retryAt: tools.clock + 30_000 });
    const { writes } = store;
    tools.clock += 30_000;
    expect(await peek()).toBeUndefined();
    expect(store.writes).toBe(writes);
    expect(tools.events).toEqual(['closed to open']);
  });

  test('R15: knows nothing while the store fails', async () => {
    await trip(breakers);
    store.down = 'all';
    tools.clock += 1_000;
    expect(await peek()).toBeUndefined();
  });
});

describe('R12: a probe', () => {
  test('is one at a time in the whole fleet; two that succeed close the breaker, and traffic returns in steps', async () => {
    await trip(breakers);
    tools.clock += 30_000;
    const fleet = Array.from({ length: 50 }, () => new Breakers(store, tools));
    for (let round = 0; round < 2; round += 1) {
      let calls = 0;
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const probing = fleet.map((each) =>
        each.guard(
          S,
          async () => {
            calls += 1;
            await finished;
          },
          { timeoutMs, fallback: () => undefined },
        ),
      );
      await expect
        .poll(() => tools.events.filter((event) => event === 'refused: probing'))
        .toHaveLength(49 * (round + 1));
      expect(calls).toBe(1);
      finish();
      await Promise.all(probing);
      tools.clock += 1_000;
    }
    expect(tools.events.filter((event) => event === 'probe')).toHaveLength(2);
    expect(tools.events.at(-1)).toBe('half-open to closed');
    tools.draw = 0.5;
    await expect(breakers.guard(S, works, { timeoutMs })).rejects.toMatchObject({ why: 'ramping' });
    tools.draw = 0.05;
    expect(await breakers.guard(S, works, { timeoutMs })).toBe('answer');
  });

  test('R16: is not begun if its lease was saved too late', async () => {
    await trip(breakers);
    tools.clock += 30_000;
    const save = store.save.bind(store);
    vi.spyOn(store, 'save').mockImplementationOnce(async (...args) => {
      const saved = await save(...args);
      tools.clock += 3_000;
      return saved;
    });
    const call = vi.fn(works);
    await expect(breakers.guard(S, call, { timeoutMs })).rejects.toMatchObject({
      why: 'probing',
      retryAt: 1_000_000 + 30_000 + 3_000 + 1_000,
    });
    expect(call).not.toHaveBeenCalled();
    expect(await breakers.guard(S, call, { timeoutMs })).toBe('answer');
  });

  test('R16: is ours if its save was answered by an error but was stored', async () => {
    await trip(breakers);
    tools.clock += 30_000;
    store.down = 'answers to saves';
    const guarded = breakers.guard(
      S,
      async () => {
        store.down = 'no';
        return 'answer';
      },
      { timeoutMs },
    );
    expect(await guarded).toBe('answer');
    expect(tools.events).toContain('probe');
    expect(tools.events).not.toContain('store fault');
  });
});

test('R17: a forced state is known to all within a second, and visible', async () => {
  await breakers.guard(S, works, { timeoutMs });
  const until = tools.clock + 60_000;
  const word = { kind: 'force-open', by: 'ada', reason: 'test', token: 'w', until } as const;
  const { next } = obey(UNKNOWN_SERVICE, word, tools.clock);
  expect(await store.save(S, UNKNOWN_SERVICE, next)).toBe(true);
  tools.clock += 1_000;
  await expect(breakers.guard(S, works, { timeoutMs })).rejects.toMatchObject({
    why: 'forced open',
    retryAt: until,
  });
  expect(tools.events).toEqual(['forced by ada', 'refused: forced open']);
});

describe('a call', () => {
  test('R61: that takes too long is aborted, and has failed once it has ended', async () => {
    vi.useFakeTimers();
    const ended = Promise.withResolvers<never>();
    const reasons: unknown[] = [];
    const hangs = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason));
      return ended.promise;
    };
    let over = false;
    const guarded = breakers.guard(S, hangs, { timeoutMs: 5 }).finally(() => {
      over = true;
    });
    const rejected = expect(guarded).rejects.toMatchObject({ name: 'CallTimedOut', timeoutMs: 5 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reasons).toMatchObject([{ name: 'CallTimedOut' }]);
    expect([over, store.writes]).toEqual([false, 0]);
    ended.reject(new Error('closed'));
    await rejected;
    expect(store.writes).toBe(1);
    vi.useRealTimers();
  });

  test('whose answer comes although it was aborted counts as answered', async () => {
    const answers = (signal: AbortSignal) =>
      new Promise<string>((resolve) => {
        signal.addEventListener('abort', () => resolve('answer'));
      });
    expect(await breakers.guard(S, answers, { timeoutMs: 5 })).toBe('answer');
    expect(store.writes).toBe(0);
  });

  test('R61: that ends with its invocation says nothing about the service, and frees a probe', async () => {
    await trip(breakers);
    tools.clock += 30_000;
    const invocation = new AbortController();
    const waits = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const { signal } = invocation;
    const guarded = breakers.guard(S, waits, { timeoutMs, signal });
    const rejected = expect(guarded).rejects.toBe('over');
    await expect.poll(() => tools.events).toContain('probe');
    invocation.abort('over');
    await rejected;
    expect(await store.load(S)).toMatchObject({ phase: 'half-open', probe: undefined });
    expect(await breakers.guard(S, works, { timeoutMs })).toBe('answer');
  });

  test('R12: that has taken too long has failed, though its invocation ends before it does', async () => {
    const invocation = new AbortController();
    const timers: (() => void)[] = [];
    const later = (_ms: number, run: () => void) => {
      timers.push(run);
      return () => {};
    };
    const timed = new Breakers(store, { ...tools, now: () => tools.clock, later });
    const hangs = async (signal: AbortSignal) => {
      for (const run of timers) run();
      invocation.abort('over');
      throw signal.reason;
    };
    const guarded = timed.guard(S, hangs, { timeoutMs, signal: invocation.signal });
    await expect(guarded).rejects.toMatchObject({ name: 'CallTimedOut' });
    expect(await store.load(S)).toMatchObject({ failures: 1 });
  });

  test('R61: leaves no timer behind, however it ends', async () => {
    let pending = 0;
    const later = () => {
      pending += 1;
      return () => {
        pending -= 1;
      };
    };
    const timed = new Breakers(store, { ...tools, now: () => tools.clock, later });
    const during: number[] = [];
    for (const call of [works, fails]) {
      const counted = () => {
        during.push(pending);
        return call();
      };
      await timed.guard<string>(S, counted, { timeoutMs, fallback: () => '' });
    }
    expect(during).toEqual([1, 1]);
    expect(pending).toBe(0);
  });

  test("counts by the caller's rule", async () => {
    const outcomeOfResponse = () =>
      ({ outcome: 'failure', retryAt: tools.clock + 60_000 }) as const;
    for (let n = 0; n < 5; n += 1) await breakers.guard(S, works, { timeoutMs, outcomeOfResponse });
    await expect(breakers.guard(S, works, { timeoutMs })).rejects.toMatchObject({
      retryAt: tools.clock + 60_000,
    });
    const other = new Breakers(new CountingStore(), tools);
    const outcomeOfError = () => ({ outcome: 'success' }) as const;
    for (let n = 0; n < 6; n += 1) {
      await expect(other.guard(S, fails, { timeoutMs, outcomeOfError })).rejects.toThrow('boom');
    }
    expect(await other.guard(S, works, { timeoutMs })).toBe('answer');
  });

  test('that fails passes its error to the fallback', async () => {
    const fallback = vi.fn(() => 'cached');
    expect(await breakers.guard(S, fails, { timeoutMs, fallback })).toBe('cached');
    expect(fallback).toHaveBeenCalledWith({ kind: 'failed', error: new Error('boom') });
  });
});
