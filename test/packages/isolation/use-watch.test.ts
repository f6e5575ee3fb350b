import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLedger, publishPosition, resetLedger } from '../../../packages/isolation/ledger.ts';
import { endOf, type Use, UseWatch } from '../../../packages/isolation/use-watch.ts';
import { cases } from '../../support/long-search.ts';

const BYTES_PER_MS = 1_000;

/** A worker that works when it is told to, and knows how long it has worked on its text. */
function begin() {
  const ledger = createLedger(false);
  resetLedger(ledger);
  const worker = { text: -1, onTextMs: 0, totalMs: 0 };
  const answers: ((isAlive: boolean) => void)[] = [];
  const watch = new UseWatch(ledger, () => {
    const { promise, resolve, reject } = Promise.withResolvers<Use>();
    const use = { cpuMs: worker.totalMs, heapBytes: worker.totalMs * BYTES_PER_MS };
    answers.push((isAlive) => (isAlive ? resolve(use) : reject(new Error('no such worker'))));
    return promise;
  });
  return {
    watch,
    worker,
    work(ms: number) {
      worker.onTextMs += ms;
      worker.totalMs += ms;
    },
    moveOn() {
      worker.text += 1;
      worker.onTextMs = 0;
      publishPosition(ledger, worker.text);
    },
    answer: (isAlive = true) => answers.shift()?.(isAlive),
  };
}

const moves = fc.array(
  fc.oneof(fc.constant('move on' as const), fc.integer({ min: 1, max: 500 })),
  { maxLength: 3 },
);
/** Often it stays where it is, otherwise nothing would be known. */
const few = fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, moves);
const looks = fc.array(fc.record({ before: few, meanwhile: few }), { maxLength: 12 });
const RUNS = cases(300, 3_000);

test('R01: a text never seems to have used more of a processor and of a heap than it has, however far its worker gets meanwhile', async () => {
  let known = 0;
  const property = fc.asyncProperty(looks, async (all) => {
    const { watch, worker, work, moveOn, answer } = begin();
    const perform = (steps: readonly ('move on' | number)[]) => {
      for (const step of steps) step === 'move on' ? moveOn() : work(step);
    };
    for (const { before, meanwhile } of all) {
      perform(before);
      const asked = watch.used();
      perform(meanwhile);
      answer();
      const used = await asked;
      if (used === undefined) continue;
      expect(used.stand.position).toBe(worker.text);
      expect(used.cpuMs).toBeLessThanOrEqual(worker.onTextMs);
      expect(used.heapBytes).toBe(used.cpuMs * BYTES_PER_MS);
      known += used.cpuMs > 0 ? 1 : 0;
    }
  });
  await fc.assert(property, { numRuns: RUNS });
  expect(known).toBeGreaterThan(RUNS / 10);
});

test('R01: what one text uses counts from the first look on', async () => {
  const { watch, work, moveOn, answer } = begin();
  moveOn();
  const used: (number | undefined)[] = [];
  for (let look = 0; look < 3; look += 1) {
    work(400);
    const asked = watch.used();
    answer();
    used.push((await asked)?.cpuMs);
  }
  expect(used).toEqual([0, 400, 800]);
});

test('nothing is known of a worker that does not answer, and nobody asks it twice', async () => {
  const { watch, answer } = begin();
  const first = watch.used();
  expect(await watch.used()).toBeUndefined();
  answer(false);
  expect(await first).toBeUndefined();
  const again = watch.used();
  answer();
  expect(await again).toMatchObject({ cpuMs: 0, heapBytes: 0 });
});

describe('a text that has used', () => {
  const allowance = { cpuMs: 100, heapBytes: 1_000 };
  test.each<[string, Use, number, 'slow' | 'timeout' | undefined]>([
    ['less than its allowance goes on', { cpuMs: 99, heapBytes: 999 }, 500, undefined],
    ['the processor time of its allowance is slow', { cpuMs: 100, heapBytes: 0 }, 500, 'slow'],
    ['the heap of its allowance is slow', { cpuMs: 0, heapBytes: 1_000 }, 500, 'slow'],
    ['its whole deadline is over it', { cpuMs: 50, heapBytes: 0 }, 50, 'timeout'],
    ['a deadline below its allowance is over it', { cpuMs: 200, heapBytes: 0 }, 50, 'timeout'],
    ['a deadline equal to its allowance is slow', { cpuMs: 100, heapBytes: 0 }, 100, 'slow'],
  ])('R01: %s', (_, used, deadlineCpuMs, end) => {
    expect(endOf(used, allowance, deadlineCpuMs)).toBe(end);
  });

  test('R01: without an allowance goes on until its deadline, whatever its heap is', () => {
    const used = { cpuMs: 499, heapBytes: Number.MAX_SAFE_INTEGER };
    expect(endOf(used, undefined, 500)).toBeUndefined();
    expect(endOf({ ...used, cpuMs: 500 }, undefined, 500)).toBe('timeout');
    expect(endOf(used, undefined, Number.POSITIVE_INFINITY)).toBeUndefined();
  });
});
