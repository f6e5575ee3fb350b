/**
 * `npm run simulate:fences`: removes one fence after the other from the code and runs seeds until a
 * checker finds that it is missing. Prints a table. Exits with status 1 if one is missed that the
 * simulation should find.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { command, run as runCommand, wholeNumber } from '../../cli/command-line.ts';
import { deploy } from '../deployment.ts';
import { confirmed } from './confirmed.ts';
import type { Fence } from './fence.ts';
import { FENCES } from './fences.ts';
import type { Found, Search } from './find.ts';

interface Options extends Search {
  readonly only?: readonly string[];
  readonly unseen: boolean;
}

const FIND = join(import.meta.dirname, 'find.ts');
const NOT_SOUGHT: Found = { kind: 'missed', seeds: 0 };

const program = command('npm run simulate:fences --')
  .description('Takes fences out of the code, and shows by which seed a checker finds each.')
  .option('--only <texts...>', 'fences with one of these in their name')
  .option('--from <seed>', 'the first seed', wholeNumber(0, 1e9), 1)
  .option('--seeds <n>', 'seeds to try for each', wholeNumber(1, 1e6), 200)
  .option('--messages <n>', 'submissions of each seed', wholeNumber(1, 1e6), 300)
  .option('--seconds-max <n>', 'real time for each', wholeNumber(1, 1e5), 120)
  .option('--unseen', 'seek also what is known to be invisible', false)
  .action(findAll);
process.exitCode = await runCommand(program, process.argv.slice(2));

async function findAll({ only = [''], unseen, ...search }: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fences-'));
  const { plan, dispose } = await deploy();
  const planFile = join(folder, 'plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  console.log('| fence taken out | found by seed | after steps | what broke |\n|---|---|---|---|');
  try {
    for (const fence of FENCES.filter(({ name }) => only.some((text) => name.includes(text)))) {
      const isSought = unseen || fence.unseen === undefined;
      const found = isSought ? await find(fence, planFile, search) : NOT_SOUGHT;
      if (isMissed(fence, found)) process.exitCode = 1;
      console.log(rowOf(fence, found));
    }
  } finally {
    await dispose();
    await rm(folder, { recursive: true });
  }
}

async function find({ name }: Fence, planFile: string, search: Search): Promise<Found> {
  const { found, ofWhole } = await confirmed(
    search,
    (part) => findIn([planFile, JSON.stringify(part), name]),
    (part) => findIn([planFile, JSON.stringify(part)]),
  );
  for (const { seed, problem } of ofWhole) {
    process.exitCode = 1;
    console.error(`seed ${seed} breaks a rule with all fences: ${problem}`);
  }
  return found;
}

async function findIn(words: readonly string[]): Promise<Found> {
  const { stdout } = await promisify(execFile)(process.execPath, [FIND, ...words], {
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found;
}

function isMissed({ unseen }: Fence, { kind }: Found): boolean {
  return kind !== 'found' && unseen === undefined;
}

function rowOf({ name, unseen }: Fence, found: Found): string {
  if (found.kind === 'found') {
    const what = found.problem.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 120);
    return `| ${name} | ${found.seed} | ${found.steps} | ${what} |`;
  }
  const why =
    found.kind === 'missed' ? `not within ${found.seeds} seeds` : 'its file is not loaded';
  return `| ${name} | – | – | ${unseen === undefined ? `MISSED: ${why}` : `cannot be seen: ${unseen}`} |`;
}
