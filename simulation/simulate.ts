/**
 * `npm run simulate -- --seed N --messages M`: runs the deployed code on simulated AWS, with random
 * faults. The same seed and commit give the same run. Exits with status 1 if a rule does not hold.
 */
import { InvalidArgumentError } from 'commander';
import { command, run as runCommand, wholeNumber } from '../cli/command-line.ts';
import type { Plan } from '../packages/local-lambda/template/plan.ts';
import type { MakeChecker } from './checker.ts';
import { CHECKERS } from './checkers.ts';
import { deploy } from './deployment.ts';
import { randomSeed, SEED_MAX, seedOfContent } from './first-seed.ts';
import { type RareState, RareStates } from './rare/rare-states.ts';
import { describeReached, describeRun, describeSpeed, neverReached } from './report.ts';
import { type RunSettings, run } from './run.ts';
import { investigate } from './story/failure.ts';

interface Options {
  readonly seed: number;
  readonly messages: number;
  readonly runs: number;
  readonly minutes?: number;
  readonly total?: number;
  readonly without?: readonly string[];
  readonly only?: readonly number[];
  readonly shrinkMinutes: number;
  readonly follow: boolean;
  readonly reach: boolean;
}

const SECOND_NS = 1_000_000_000n;
const reached = new Map<RareState, number>();
/** So far, over all runs. */
const spent = { submissions: 0, seconds: 0 };
let plan: Plan;

const program = command('npm run simulate --')
  .description('Runs the deployed functions under simulated AWS, by seeds.')
  .option('--seed <n>', 'the first seed, "new" for that of the commit, or "random"', seedOf, 1)
  .option('--messages <n>', 'submissions of each run', wholeNumber(1, 1e6), 2_000)
  .option('--runs <n>', 'so many seeds, one after the other', wholeNumber(1, 1e6), 1)
  .option('--minutes <n>', 'as many seeds as this takes, in place of --runs', wholeNumber(1, 1e4))
  .option('--total <n>', 'with --minutes: no more than so many submissions', wholeNumber(1, 1e9))
  .option('--without <faults>', 'leave these out, as calls.lostAnswer,outage.0', namesOf)
  .option('--only <numbers>', 'send these submissions only, as 3,17', numbersOf)
  .option('--shrink-minutes <n>', 'make a failed run smaller for so long', wholeNumber(0, 1e4), 5)
  .option('--follow', 'print all that happens', false)
  .option('--reach', 'fail where a rare state is never reached', false)
  .action(simulate);
process.exitCode = await runCommand(program, process.argv.slice(2));

async function simulate(options: Options): Promise<void> {
  // Errors are part of every run, and nobody reads the stacks of most.
  if (process.env['DEBUG'] === undefined) Error.stackTraceLimit = 0;
  const deployment = await deploy();
  plan = deployment.plan;
  const { seed: first, runs, minutes, messages, total = Number.POSITIVE_INFINITY } = options;
  const isTimeUp = minutes === undefined ? undefined : after(minutes);
  const isOver = (count: number) =>
    isTimeUp === undefined ? count >= runs : isTimeUp() || count * messages >= total;
  for (let count = 0; !isOver(count); count += 1) {
    if (await runOne(first + count, options)) continue;
    process.exitCode = 1;
    // One story is enough for the reader of a nightly log.
    if (minutes !== undefined) break;
  }
  tellReached(options);
  console.log(describeSpeed(spent));
  await deployment.dispose();
}

/** Whether so many minutes have passed since this was called. */
function after(minutes: number): () => boolean {
  const endsAt = process.hrtime.bigint() + BigInt(minutes * 60) * SECOND_NS;
  return () => process.hrtime.bigint() >= endsAt;
}

async function runOne(
  seed: number,
  { messages, follow, without, only, shrinkMinutes }: Options,
): Promise<boolean> {
  const count: MakeChecker = (seen) => new RareStates(seen, reached);
  const settings: RunSettings = {
    ...{ seed, messages },
    reduced: { ...(without && { without }), ...(only && { only }) },
    checkers: CHECKERS,
    follow: follow ? console.log : undefined,
  };
  const before = process.cpuUsage();
  try {
    const checkers = [...(settings.checkers ?? []), count];
    const report = await run(plan, { ...settings, checkers });
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    spent.submissions += report.submissions;
    spent.seconds += seconds;
    console.log(describeRun(report, seconds));
    return true;
  } catch (fault) {
    console.log(`seed ${seed} FAILED: ${fault instanceof Error ? fault.message : fault}`);
    if (process.env['DEBUG'] !== undefined) console.log(fault);
    if (only === undefined) await tell(settings, fault, shrinkMinutes);
    return false;
  }
}

async function tell(settings: RunSettings, fault: unknown, shrinkMinutes: number): Promise<void> {
  const { seed, messages } = settings;
  const failure = await investigate(plan, settings, fault, after(shrinkMinutes));
  const { problem, steps, reduced, reducedSteps, isCutShort, story } = failure;
  const only = reduced.only.join(',');
  const cut = isCutShort ? ` (stopped after ${shrinkMinutes} min: --shrink-minutes)` : '';
  const without = reduced.without.length > 0 ? ` --without ${reduced.without.join(',')}` : '';
  console.log(`${messages} submissions, ${steps} steps; left of it, and failing in the same way${cut}:
${reduced.only.length} submissions, ${reducedSteps} steps

${story}

${problem}

again: npm run simulate -- --seed ${seed} --messages ${messages} --only ${only}${without}`);
}

function tellReached({ reach }: Options): void {
  console.log(describeReached(reached));
  const never = neverReached(reached);
  if (!reach || never.length === 0) return;
  console.log(`FAILED: never reached by these seeds: ${never.join('; ')}`);
  process.exitCode = 1;
}

function seedOf(text: string): number {
  if (text === 'random') return randomSeed();
  if (text !== 'new') return wholeNumber(0, SEED_MAX)(text);
  const seed = seedOfContent();
  if (seed === undefined)
    console.log('The first seed is random: tracked files have changes, or there is no Git here.');
  return seed ?? randomSeed();
}

function namesOf(text: string): string[] {
  const names = text.split(',');
  if (names.every((name) => /^[a-z]+\.[A-Za-z0-9]+$/.test(name))) return names;
  throw new InvalidArgumentError('It must be names as calls.lostAnswer, with commas between.');
}

function numbersOf(text: string): number[] {
  return text.split(',').map((number) => wholeNumber(0, 1e6)(number));
}
