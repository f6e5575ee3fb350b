/**
 * What isolation costs: batches of healthy resources validated by the pool's workers, beside the same
 * batches validated in this thread, in turns. Prints the ratio; the goal at batches of 100 is 1.3.
 *
 * `node bench/isolation.ts [workers]`; by default as many workers as an environment has.
 */

import { availableParallelism } from 'node:os';
import { type ValidationPool, validationPool } from '../functions/validate/validation-pool.ts';
import { verdictOn } from '../functions/validate/verdict-on.ts';
import { median } from './median.ts';
import { wholeNumbers } from './words.ts';

const ISSUES_MAX = 100;
const ROUNDS = 300;
const WARM_UP = 100;
const GOAL = 1.3;

const [size = availableParallelism()] = wholeNumbers();

/** About 3.3 KB, the size of a typical patient. */
function patient(n: number): string {
  return JSON.stringify({
    resourceType: 'Patient',
    id: `patient-${n}`,
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Jane Doe</div>' },
    identifier: Array.from({ length: 38 }, (_, k) => ({
      use: 'official',
      system: 'https://example.org/registry',
      value: `value-${n}-${k}`,
    })),
    name: [{ use: 'official', family: 'Doe', given: ['Jane'] }],
    gender: 'female',
    birthDate: '1970-01-01',
    address: [{ line: ['1 Main Street'], city: 'Boston', postalCode: '02134', country: 'US' }],
  });
}

async function elapsed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function compare(pool: ValidationPool, batchSize: number): Promise<number> {
  const texts = Array.from({ length: batchSize }, (_, n) => patient(n));
  const isolated: number[] = [];
  const ownThread: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const inPool = await elapsed(() => Promise.all(texts.map((text) => pool.validate(text, 0))));
    const here = await elapsed(() =>
      texts.map((text) => verdictOn(text, { issuesMax: ISSUES_MAX })),
    );
    if (round < WARM_UP) continue;
    isolated.push(inPool);
    ownThread.push(here);
  }
  const [pooled, own] = [median(isolated), median(ownThread)];
  const ratio = pooled / own;
  const figures = [pooled, own].map((ms) => `${ms.toFixed(3)} ms`);
  console.log(
    `batch of ${String(batchSize).padStart(3)}: isolated ${figures[0]}, own thread ${figures[1]}, ratio ${ratio.toFixed(2)}`,
  );
  return ratio;
}

const pool = validationPool({
  url: new URL('../functions/validate/worker.ts', import.meta.url),
  size,
  deadlineMs: 5_000,
  heapOldMb: 64,
  heapYoungMb: 16,
  options: { chaos: false, issuesMax: ISSUES_MAX },
});
console.log(
  `${size} workers and a spare; resources of ${patient(0).length} bytes; medians of ${ROUNDS}`,
);
const ratio = await compare(pool, 100);
await compare(pool, 10);
await compare(pool, 1);
console.log(`goal at batches of 100: ${GOAL}, ${ratio <= GOAL ? 'reached' : 'missed'}`);
await pool.close();
