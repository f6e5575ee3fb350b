import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CpuWatch } from '../../../packages/isolation/cpu-watch.ts';
import { createLedger, publishPosition, resetLedger } from '../../../packages/isolation/ledger.ts';
import { cases } from '../../support/long-search.ts';

/** A worker that works when it is told to, and knows how long it has worked on its text. */
function begin() {
  const ledger = createLedger(false);
  resetLedger(ledger);
  const worker = { text: -1, onTextMs: 0, totalMs: 0 };
  const answers: ((isAlive: boolean) => void)[] = [];
  const watch = new CpuWatch(ledger, () => {
    const { promise, resolve, reject } = Promise.withResolvers<NodeJS.CpuUsage>();
    const usage = { user: worker.totalMs * 1_000, system: 0 };
    answers.push((isAlive) => (isAlive ? resolve(usage) : reject(new Error('no such worker'))));
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

test('R01: a text never seems to have used more of a processor than it has, however far its worker gets meanwhile', async () => {
  let known = 0;
  const property = fc.asyncProperty(looks, async (all) => {
    const { watch, worker, work, moveOn, answer } = begin();
    const perform = (steps: readonly ('move on' | number)[]) => {
      for (const step of steps) step === 'move on' ? moveOn() : work(step);
    };
    for (const { before, meanwhile } of all) {
      perform(before);
      const asked = watch.spent();
      perform(meanwhile);
      answer();
      const spent = await asked;
      if (spent === undefined) continue;
      expect(spent.stand.position).toBe(worker.text);
      expect(spent.ms).toBeLessThanOrEqual(worker.onTextMs);
      known += spent.ms > 0 ? 1 : 0;
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
    const asked = watch.spent();
    answer();
    used.push((await asked)?.ms);
  }
  expect(used).toEqual([0, 400, 800]);
});

test('nothing is known of a worker that does not answer, and nobody asks it twice', async () => {
  const { watch, answer } = begin();
  const first = watch.spent();
  expect(await watch.spent()).toBeUndefined();
  answer(false);
  expect(await first).toBeUndefined();
  const again = watch.spent();
  answer();
  expect(await again).toMatchObject({ ms: 0 });
});
