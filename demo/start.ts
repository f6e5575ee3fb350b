/**
 * `npm start`: runs the whole pipeline on this machine, sends resources through it, and accounts for each.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { run } from '../cli/command-line.ts';
import { type Progress, showProgress } from '../cli/progress.ts';
import fileConfig from '../failsafe.config.ts';
import { loadConfig } from '../lib/config/config-load.ts';
import { startRuntime } from '../packages/local-lambda/runtime.ts';
import { runToEnd } from '../terminal/explain-error.ts';
import { DOWNSTREAM, ensureBuilt, LOCAL } from './build.ts';
import { openConsoleBeside } from './console.ts';
import { type Downstreams, openDownstream } from './downstream.ts';
import { LaterEnds } from './ends-after-run.ts';
import { checkInput, describeInput, entriesOf, expectedTotal } from './entries.ts';
import { repeatedFaults } from './faults.ts';
import { type StartOptions, startCommand } from './options.ts';
import { pageBook } from './pages.ts';
import { LanePauses } from './pauses.ts';
import { connect, type Pipeline, type Submission } from './pipeline.ts';
import { type Live, progressLine } from './progress-line.ts';
import { runThrough } from './run.ts';
import { submitterOf } from './submitter.ts';
import { describeRun, isAccountedFor, type Run } from './summary.ts';
import { whatNext } from './what-next.ts';

const ROOT = join(import.meta.dirname, '..');
const INTERRUPTED = 130;

const stopping = new AbortController();
const { signal } = stopping;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => stopping.abort());

/** Lines for people go to stderr: stdout may have to be one JSON object. */
let progress: Progress | undefined;
function say(line: string): void {
  if (progress === undefined) process.stderr.write(`${line}\n`);
  else progress.log(line);
}

async function start(options: StartOptions): Promise<void> {
  await checkInput(options);
  const config = loadConfig(fileConfig, {});
  const submission = { stage: config.stage, submitter: submitterOf(config, options) };
  const downstream = options.downstream ? await openDownstream(say) : undefined;
  try {
    await startPipeline(options, submission, downstream);
  } finally {
    await downstream?.close();
  }
}

async function startPipeline(
  options: StartOptions,
  submission: Submission,
  downstream: Downstreams | undefined,
): Promise<void> {
  const target = downstream ? DOWNSTREAM : LOCAL;
  await ensureBuilt(ROOT, say, target);
  const pages = pageBook(say);
  const { port, data, duplicates, reorder, seed } = options;
  const runtime = await startRuntime({
    assembly: join(ROOT, target.assembly),
    ...(port !== undefined && { port }),
    ...(data !== undefined && { dataDir: data }),
    ...{ duplicates, reorder, seed },
    log: say,
    onPage: pages.onPage,
    onLogLine: repeatedFaults(say),
  });
  const over = new AbortController();
  say(`the pipeline is up at ${runtime.endpoint}`);
  const { stage, submitter } = submission;
  // Nobody looks at a run that ends by itself.
  const consolePage = options.once
    ? undefined
    : await openConsoleBeside(runtime.exports, stage, say);
  try {
    const pipeline = await connect(runtime, pages.keys, submission);
    say(describeInput(options, submitter));
    const pauses = new LanePauses(pipeline.tables, say);
    void pauses.follow(AbortSignal.any([over.signal, signal]));
    const finished = await watchedRun(pipeline, options, () => runtime.environments().length);
    await pauses.look();
    report(finished, { paused: pauses.describe(), delivered: downstream?.delivered() }, options);
    if (!options.once && !signal.aborted) {
      say(whatNext(runtime.exports, submission, consolePage?.address));
      void new LaterEnds(pipeline.tables, say).follow(signal);
      await once(signal, 'abort');
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exitCode = INTERRUPTED;
  } finally {
    over.abort();
    say('stopping …');
    await consolePage?.stop();
    await runtime.stop();
  }
}

async function watchedRun(
  pipeline: Pipeline,
  options: StartOptions,
  environments: () => number,
): Promise<Run> {
  const total = expectedTotal(options);
  const live: Live = { submitted: 0, total, stored: 0, rejected: 0, quarantined: 0 };
  const onFirst = () =>
    say(`  first verdict ${(performance.now() / 1_000).toFixed(1)} s after the start`);
  progress = showProgress(process.stderr, progressLine(live, environments));
  try {
    return await runThrough(pipeline, entriesOf(options), { live, onFirst, say, signal });
  } finally {
    progress.stop();
    progress = undefined;
  }
}

interface Beside {
  readonly paused: string;
  readonly delivered: number | undefined;
}

function report(
  finished: Run,
  { paused, delivered }: Beside,
  { json, once: single }: StartOptions,
): void {
  const summary = { ...finished.summary, ...(delivered !== undefined && { delivered }) };
  if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else process.stdout.write(`\n${describeRun({ ...finished, summary })}${paused}\n\n`);
  if (single && !isAccountedFor(finished)) process.exitCode = 1;
}

await runToEnd(() => run(startCommand(start), process.argv.slice(2)));
