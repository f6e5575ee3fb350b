import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { realMachine } from '../../../../aws/machine.ts';
import { TimeBudget } from '../../../../functions/validate/terminology/time-budget.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const after = (ms: number) =>
  new Promise<string>((resolve) => {
    setTimeout(resolve, ms, `after ${ms}`);
  });

test('concurrent waits spend it once', async () => {
  const budget = new TimeBudget(realMachine, 1_000, 60_000);
  const all = Promise.all([budget.wait(after(300)), budget.wait(after(400))]);
  await vi.advanceTimersByTimeAsync(400);
  expect(await all).toEqual(['after 300', 'after 400']);
  expect(budget.leftMs).toBe(600);
});

test('it is not spent while nothing waits', async () => {
  const budget = new TimeBudget(realMachine, 1_000, 60_000);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(budget.leftMs).toBe(1_000);
  const first = budget.wait(after(700));
  await vi.advanceTimersByTimeAsync(250);
  expect(budget.leftMs).toBe(750);
  await vi.advanceTimersByTimeAsync(450);
  await first;
  const second = budget.wait(after(700));
  await vi.advanceTimersByTimeAsync(300);
  expect(await second).toBeUndefined();
  expect(budget.leftMs).toBe(0);
});

test('it ends with the invocation', async () => {
  const budget = new TimeBudget(realMachine, 1_000, 400);
  const waiting = budget.wait(after(700));
  await vi.advanceTimersByTimeAsync(400);
  expect(await waiting).toBeUndefined();
  expect(budget.leftMs).toBe(0);
});

test('an error of the work is thrown, and its time counts', async () => {
  const budget = new TimeBudget(realMachine, 1_000, 60_000);
  const failing = after(100).then(() => Promise.reject(new Error('no')));
  const waiting = expect(budget.wait(failing)).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(100);
  await waiting;
  expect(budget.leftMs).toBe(900);
});
