/**
 * `npm run bench:pipeline`: what the pipeline costs beside the minimum. Both take the same healthy patients
 * from submission to the last delete, on the same emulators, in alternating runs; then the pipeline alone
 * with 1% of them crashing. Goal: at most 2 times.
 */
import { join } from 'node:path';
import { submit } from '../cli/submit/submit.ts';
import { ensureBuilt, LOCAL } from '../demo/build.ts';
import { sampleEntries } from '../demo/entries.ts';
import { pageBook } from '../demo/pages.ts';
import { connect, type Pipeline } from '../demo/pipeline.ts';
import { runThrough } from '../demo/run.ts';
import { isAccountedFor } from '../demo/summary.ts';
import { createClients } from '../packages/local-lambda/clients.ts';
import { startRuntime } from '../packages/local-lambda/runtime.ts';
import { median } from './median.ts';
import { type Bare, bareLoop, createBare } from './peers/bare-loop.ts';

const COUNT = Number(process.env['COUNT'] ?? 10_000);
const ROUNDS = Number(process.env['ROUNDS'] ?? 3);

async function runBare(bare: Bare, pipeline: Pipeline, seed: number): Promise<number> {
  const startedMs = performance.now();
  const target = { ...pipeline.target, sqs: bare.sqs, queueUrl: bare.queueUrl };
  const entries = sampleEntries({ count: COUNT, seed, troubled: false });
  await Promise.all([submit(target, entries, { onUnsent: refused }), bareLoop(bare, COUNT)]);
  return performance.now() - startedMs;
}

async function runPipeline(pipeline: Pipeline, seed: number, troubled: boolean): Promise<number> {
  const live = { submitted: 0, total: COUNT, stored: 0, rejected: 0, quarantined: 0 };
  const { signal } = new AbortController();
  const entries = sampleEntries({ count: COUNT, seed, troubled });
  const finished = await runThrough(pipeline, entries, { live, say: console.error, signal });
  if (!isAccountedFor(finished)) throw new Error(`lost: ${JSON.stringify(finished.summary)}`);
  return finished.summary.elapsedMs;
}

function refused(_entry: unknown, reason: string): never {
  throw new Error(`the queue refused: ${reason}`);
}

function show(name: string, timesMs: readonly number[], baseMs: number): void {
  const seconds = (median(timesMs) / 1000).toFixed(2).padStart(7);
  const ratio = (median(timesMs) / baseMs).toFixed(2).padStart(6);
  const all = timesMs.map((ms) => (ms / 1000).toFixed(2)).join(' ');
  console.log(`${name.padEnd(44)}${seconds} s  ${ratio} ×   (${all})`);
}

await ensureBuilt(join(import.meta.dirname, '..'), console.error);
const pages = pageBook(console.error);
const runtime = await startRuntime({
  assembly: LOCAL.assembly,
  log: console.error,
  onPage: pages.onPage,
});
try {
  const pipeline = await connect(runtime, pages.keys);
  const clients = createClients(runtime.endpoints);
  const bare = await createBare(clients.sqs, clients.dynamodb);
  const times = { bare: [] as number[], healthy: [] as number[], deadly: [] as number[] };
  // A first, smaller run of each is not counted: nothing is warm before.
  for (let round = 0; round < ROUNDS; round++) {
    times.bare.push(await runBare(bare, pipeline, 3 * round));
    times.healthy.push(await runPipeline(pipeline, 3 * round + 1, false));
    console.error(`round ${round + 1} of ${ROUNDS}`);
  }
  for (let round = 0; round < ROUNDS; round++) {
    times.deadly.push(await runPipeline(pipeline, 1000 + round, true));
  }
  const baseMs = median(times.bare);
  console.log(`${COUNT} resources, medians of ${ROUNDS} alternating runs`);
  show('receive, conditional put, delete (bare loop)', times.bare, baseMs);
  show('the pipeline, all healthy', times.healthy, baseMs);
  show('the pipeline, 1% deadly and 2% invalid', times.deadly, baseMs);
} finally {
  await runtime.stop();
}
