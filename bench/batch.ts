/**
 * `npm run bench:batch`: parsing and validating 10,000 Patients in the worker pool, healthy and with 1%
 * throwing, beside the same in this thread and beside JSON.parse alone, in turns. The Patients are the 120
 * of `../shared/data/synthea` under new ids if that folder exists, else those of the demo.
 *
 * The figure to beat is 31,000 a second, which an Elixir/OTP pipeline (a task for each resource, a toy
 * check) reached on two such cores. It does not run here, so it is quoted, not measured.
 */

import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { sample } from '../demo/sample/sample.ts';
import { CHAOS_SYSTEM } from '../functions/validate/chaos.ts';
import { type ValidationPool, validationPool } from '../functions/validate/validation-pool.ts';
import { verdictOn } from '../functions/validate/verdict-on.ts';
import { noWords } from './words.ts';

noWords();

const COUNT = 10_000;
const BATCH = 100;
const BATCHES_AT_ONCE = 4;
const ROUNDS = 7;
const ISSUES_MAX = 100;
const MARK = 31_000;
const SYNTHEA = new URL('../../shared/data/synthea/Patient.ndjson.gz', import.meta.url);

function patients(): Record<string, unknown>[] {
  const lines = existsSync(SYNTHEA)
    ? gunzipSync(readFileSync(SYNTHEA)).toString('utf8').trimEnd().split('\n')
    : [...sample({ count: 200, seed: 1, troubled: false })];
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return parsed.filter((each) => each['resourceType'] === 'Patient');
}

/** In each hundred texts, `throwing` have the tag at which chaos throws. */
function texts(throwing: number): string[] {
  const originals = patients();
  return Array.from({ length: COUNT }, (_, n) => {
    const tagged = n % 100 < throwing ? { tag: [{ system: CHAOS_SYSTEM, code: 'throw' }] } : {};
    return JSON.stringify({ ...originals[n % originals.length], id: `patient-${n}`, meta: tagged });
  }).map((text) => text.replace('"meta":{}', '"meta":{"versionId":"1"}'));
}

/** Like an environment that gets several batches one after the other, without pauses. */
async function validateInPool(pool: ValidationPool, all: readonly string[]): Promise<void> {
  const batches = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) =>
    all.slice(n * BATCH, (n + 1) * BATCH),
  );
  const lane = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      await Promise.all(batch.map((text) => pool.validate(text, 0)));
    }
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, lane));
}

const healthy = texts(0);
const deadly = texts(1);
const workers = availableParallelism();
const pool = validationPool({
  url: new URL('../functions/validate/worker.ts', import.meta.url),
  size: workers,
  deadlineMs: 5_000,
  heapOldMb: 64,
  heapYoungMb: 16,
  options: { chaos: true, issuesMax: ISSUES_MAX },
});

const contestants: Record<string, () => unknown> = {
  'JSON.parse alone, this thread': () => healthy.map((text) => JSON.parse(text)),
  'all of R4, this thread': () => healthy.map((text) => verdictOn(text, { issuesMax: ISSUES_MAX })),
  [`all of R4, isolated, ${workers} workers`]: () => validateInPool(pool, healthy),
  'the same with 1% throwing': () => validateInPool(pool, deadly),
};
const rates = new Map(Object.keys(contestants).map((name) => [name, [] as number[]]));
for (let round = -1; round < ROUNDS; round += 1) {
  for (const [name, run] of Object.entries(contestants)) {
    const started = performance.now();
    await run();
    const rate = (COUNT * 1000) / (performance.now() - started);
    if (round >= 0) rates.get(name)?.push(rate);
  }
}
await pool.close();

const bytes = healthy.reduce((sum, text) => sum + text.length, 0) / COUNT;
console.log(`${COUNT} Patients of ${Math.round(bytes)} bytes; medians of ${ROUNDS} rounds`);
for (const [name, each] of rates) {
  const rate = each.toSorted((a, b) => a - b)[Math.floor(each.length / 2)] ?? 0;
  const marked = (rate / MARK).toFixed(2);
  console.log(
    `${name.padEnd(34)} ${Math.round(rate).toLocaleString('en').padStart(9)}/s  ${marked} x mark`,
  );
}
