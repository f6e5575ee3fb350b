/**
 * `npm run bench:pipeline`: what the pipeline costs beside the minimum. Both take the same healthy patients
 * from submission to the last delete, on the same emulators, in alternating runs, of which the first starts
 * all environments; then the same in two sizes, which tells what a resource more costs; then the pipeline
 * alone with 1% killers and 2% invalid, without those that hang and with them. Goal: at most 2 times without.
 *
 * COUNT and ROUNDS change the size; with ROUNDS=0 none of these run. KINDS=throw,exit,heap,hang,kill adds
 * what one killer of each kind costs, and how long it takes to die.
 */
import { join } from 'node:path';
import { submit } from '../cli/submit/submit.ts';
import { ensureBuilt, LOCAL } from '../demo/build.ts';
import type { Entries } from '../demo/entries.ts';
import { pageBook } from '../demo/pages.ts';
import { connect, type Pipeline } from '../demo/pipeline.ts';
import { runThrough } from '../demo/run.ts';
import { isAccountedFor } from '../demo/summary.ts';
import { createClients } from '../packages/local-lambda/clients.ts';
import { startRuntime } from '../packages/local-lambda/runtime.ts';
import { FAULTS, type Fault } from './blast-radius/messages.ts';
import { type Bare, bareLoop, createBare } from './peers/bare-loop.ts';
import { describeDeaths } from './pipeline/deaths.ts';
import { describeFurther } from './pipeline/further.ts';
import { deadly, healthy, hungAmong, withKillers, withoutHung } from './pipeline/loads.ts';
import { describeEach, describeRuns, elapsedMs, measured } from './pipeline/measured.ts';
import { ProcessorTime } from './pipeline/processor-time.ts';
import { noWords } from './words.ts';

noWords();

const COUNT = Number(process.env['COUNT'] ?? 10_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const kinds = process.env['KINDS']?.split(',') ?? [];
const KINDS = FAULTS.filter((fault) => kinds.includes(fault));
const FEW = Math.ceil(COUNT / 5);
const LEGEND =
  'elapsed, times the bare loop (each run); processor time: own = this process with emulators and pollers';
/** Few where one takes long. */
const KILLERS: Readonly<Record<Fault, number>> = {
  throw: 20,
  exit: 20,
  heap: 20,
  hang: 4,
  kill: 4,
};

interface Stage {
  readonly pipeline: Pipeline;
  readonly bare: Bare;
  readonly time: ProcessorTime;
}

function runBare({ pipeline, bare, time }: Stage, count: number, seed: number) {
  return measured(time, async () => {
    const startedMs = performance.now();
    const target = { ...pipeline.target, sqs: bare.sqs, queueUrl: bare.queueUrl };
    await Promise.all([
      submit(target, healthy(count, seed), { onUnsent: refused }),
      bareLoop(bare, count),
    ]);
    return performance.now() - startedMs;
  });
}

function runPipeline({ pipeline, time }: Stage, entries: Entries, total = COUNT) {
  return measured(time, async () => {
    const live = { submitted: 0, total, stored: 0, rejected: 0, quarantined: 0 };
    const { signal } = new AbortController();
    const finished = await runThrough(pipeline, entries, { live, say: console.error, signal });
    if (!isAccountedFor(finished)) throw new Error(`lost: ${JSON.stringify(finished.summary)}`);
    return finished.summary.elapsedMs;
  });
}

function refused(_entry: unknown, reason: string): never {
  throw new Error(`the queue refused: ${reason}`);
}

/** In turns: `run` gets a seed of its own each time. */
async function rounds<T>(run: (seed: number) => Promise<T>): Promise<T[]> {
  const taken: T[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    taken.push(await run(1000 * round));
    console.error(`round ${round + 1} of ${ROUNDS}`);
  }
  return taken;
}

async function compare(stage: Stage): Promise<void> {
  // Apart from the others, so that nothing of a killer is left.
  const alternating = await rounds(async (seed) => ({
    bare: await runBare(stage, COUNT, seed),
    healthy: await runPipeline(stage, healthy(COUNT, seed + 1)),
  }));
  const further = await rounds((seed) => inTwoSizes(stage, seed + 10));
  const bare = alternating.map((each) => each.bare);
  console.log(`${COUNT} resources, medians of ${ROUNDS} alternating runs`);
  console.log(LEGEND);
  const show = (name: string, runs: typeof bare) =>
    console.log(describeRuns(name, runs, elapsedMs(bare)));
  show('receive, conditional put, delete (bare loop)', bare);
  const well = alternating.map((each) => each.healthy);
  show('the pipeline, all healthy', well);
  console.log(
    describeFurther(
      further.map(({ bare }) => bare),
      further.map(({ healthy }) => healthy),
      { few: FEW, many: COUNT },
    ),
  );
  const troubled = await rounds(async (seed) => ({
    dying: await runPipeline(stage, withoutHung(COUNT, seed + 2)),
    deadly: await runPipeline(stage, deadly(COUNT, seed + 3)),
  }));
  const dying = troubled.map((each) => each.dying);
  const all = troubled.map((each) => each.deadly);
  const hung = hungAmong(COUNT, 3);
  show('the pipeline, 1% killers, none hangs, 2% invalid', dying);
  show(`the pipeline, 1% deadly (${hung} hang), 2% invalid`, all);
  if (hung > 0) console.log(`each of ${hung} that hang: ${describeEach(hung, all, dying)}`);
}

async function inTwoSizes(stage: Stage, seed: number) {
  const one = async (count: number, at: number) => ({
    bare: await runBare(stage, count, at),
    healthy: await runPipeline(stage, healthy(count, at + 1), count),
  });
  const few = await one(FEW, seed);
  const many = await one(COUNT, seed + 2);
  return {
    bare: { few: few.bare, many: many.bare },
    healthy: { few: few.healthy, many: many.healthy },
  };
}

async function showKinds(stage: Stage): Promise<void> {
  const without = await runPipeline(stage, healthy(FEW, 1), FEW);
  console.log(describeRuns(`${FEW} healthy ones`, [without], without.ms));
  for (const [n, fault] of KINDS.entries()) {
    const sinceMs = Date.now();
    const killers = KILLERS[fault];
    const entries = withKillers(FEW, n + 2, [fault, killers]);
    const run = await runPipeline(stage, entries, FEW);
    console.log(`each of ${killers} that ${fault}: ${describeEach(killers, [run], [without])}`);
    console.log(`    ${await describeDeaths(stage.pipeline.tables, sinceMs)}`);
  }
}

if (!(COUNT > 0 && ROUNDS >= 0 && KINDS.length === kinds.length)) {
  console.error(`error: COUNT and ROUNDS take numbers, KINDS some of ${FAULTS.join(',')}`);
  process.exit(2);
}
await ensureBuilt(join(import.meta.dirname, '..'), console.error);
const pages = pageBook(console.error);
const runtime = await startRuntime({
  assembly: LOCAL.assembly,
  log: console.error,
  onPage: pages.onPage,
});
const time = new ProcessorTime(runtime.environments);
try {
  const pipeline = await connect(runtime, pages.keys);
  const clients = createClients(runtime.endpoints);
  const stage = { pipeline, bare: await createBare(clients.sqs, clients.dynamodb), time };
  if (ROUNDS > 0) await compare(stage);
  if (KINDS.length > 0) await showKinds(stage);
} finally {
  time.stop();
  await runtime.stop();
}
