import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { shareProcessor } from '../../../../packages/local-lambda/lambda/processor-share.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class Environment {
  alive = true;
  isHeld = false;
  hold() {
    this.isHeld = true;
  }
  release() {
    this.isHeld = false;
  }
}
const environments = (count: number) => Array.from({ length: count }, () => new Environment());

/** For how many ms of a second each environment runs, and how many run together at most. */
function aSecondOf(all: readonly Environment[]) {
  const ran = all.map(() => 0);
  let together = 0;
  for (let ms = 0; ms < 1_000; ms += 1) {
    const running = all.filter(({ isHeld }) => !isHeld);
    together = Math.max(together, running.length);
    for (const [n, { isHeld }] of all.entries()) ran[n] = (ran[n] ?? 0) + Number(!isHeld);
    vi.advanceTimersByTime(1);
  }
  return { ran, together };
}

test.each([
  [0.1, 3, 100, 1],
  [0.5, 2, 500, 1],
  [0.5, 4, 500, 2],
])('with a share of %d, each of %d runs for %d ms of a second', (share, count, ms, together) => {
  const all = environments(count);
  const end = shareProcessor(() => all, share);
  expect(aSecondOf(all)).toEqual({ ran: all.map(() => ms), together });
  end();
});

test('afterwards all run on, also those that were held, and nothing is held again', () => {
  const all = environments(3);
  const end = shareProcessor(() => all, 0.1);
  expect(all.filter(({ isHeld }) => isHeld)).toHaveLength(2);
  end();
  expect(aSecondOf(all).ran).toEqual([1_000, 1_000, 1_000]);
});

test('one that died while it was held is not touched any more', () => {
  const all = environments(2);
  const end = shareProcessor(() => all, 0.1);
  const [, dead] = all;
  if (dead) dead.alive = false;
  vi.advanceTimersByTime(200);
  end();
  expect(dead?.isHeld).toBe(true);
});
