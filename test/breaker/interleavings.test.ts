/**
 * R12, R13 and R16 over interleavings of a fleet; `npm run prove` explores a hundred thousand. A failure
 * prints the seed and the path that reproduce it: SEED=… npm run prove.
 */
import fc, { type Scheduler } from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { breakersTable } from '../../aws/breakers-table.ts';
import { makePatientDynamo } from '../support/cold.ts';
import { TableInProcess } from '../support/table-in-process.ts';
import { Fleet } from './fleet.ts';
import { ALL_FENCES, type Fences, type Plan, plan } from './plan.ts';

const RUNS = Number(process.env['PROVE_RUNS'] ?? 500);
const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
/** What a failure does not print: `npm test` is quiet. */
const say = (text: string) => {
  if (process.env['PROVE_RUNS'] !== undefined) console.log(text);
};

const table = new TableInProcess();
const dynamo = makePatientDynamo();
const store = breakersTable({ name: 'breakers', dynamo });
afterAll(table.serve(dynamo));

interface Totals {
  runs: number;
  transitions: number;
  violation?: string | undefined;
}

function property(fences: Fences, totals: Totals) {
  return fc.asyncProperty(fc.scheduler(), plan, async (scheduler: Scheduler, its: Plan) => {
    const fleet = new Fleet(scheduler, { table, store }, its.faults, fences);
    await fleet.run(its);
    if (fleet.violations.length === 0 && !(await fleet.recovers())) {
      fleet.violations.push('R16: stuck');
    }
    totals.violation = fleet.violations[0];
    expect(fleet.violations).toEqual([]);
    totals.runs += 1;
    totals.transitions += fleet.transitions;
  });
}

test('R12 R13 R16: hold in every interleaving', { timeout: 3_600_000 }, async () => {
  const totals = { runs: 0, transitions: 0 };
  const startedAt = performance.now();
  say(`seed ${SEED}, ${RUNS} interleavings`);
  await fc.assert(property(ALL_FENCES, totals), { numRuns: RUNS, seed: SEED });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  say(`${totals.runs} held, with ${totals.transitions} transitions, in ${seconds} s`);
  expect(totals.runs).toBe(RUNS);
  // A fleet to which nothing happens proves nothing.
  expect(totals.transitions).toBeGreaterThan(RUNS);
});

test.each([
  ['the condition of a save', { ...ALL_FENCES, condition: false }],
  ['the generation of a result', { ...ALL_FENCES, generation: false }],
  ['the owner of a probe', { ...ALL_FENCES, owner: false }],
])('R13: without %s the check finds an error', { timeout: 300_000 }, async (_, fences) => {
  const totals: Totals = { runs: 0, transitions: 0 };
  const found = await fc.check(property(fences, totals), {
    numRuns: 20_000,
    seed: SEED,
    endOnFailure: true,
  });
  say(`found after ${found.numRuns} interleavings: ${totals.violation}`);
  expect(found.failed, `seed ${SEED}`).toBe(true);
});
