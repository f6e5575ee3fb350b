/**
 * `npm run bench:against -- REV [--only start,test,…] [--rounds N]`: runs the commands that people wait for in a
 * revision and in the working tree in turn, and prints the ratios. Both are checked out and installed anew in a
 * temporary folder. Files that git does not track are left out. Run it on a machine with nothing beside it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MEASURES, type Measure } from './against/measures.ts';
import { type Round, type Row, ratiosOf } from './against/ratios.ts';

const root = join(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, rounds: { type: 'string', default: '3' } },
});
const [revision] = positionals;
const rounds = Number(values.rounds);
const names = MEASURES.map((each) => each.name);
const wanted = values.only?.split(',') ?? names;
const unknown = wanted.find((name) => !names.includes(name));
if (revision === undefined || positionals.length > 1 || unknown !== undefined || !(rounds >= 1)) {
  console.error(`error: npm run bench:against -- REV [--only ${names.join(',')}] [--rounds N]`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'failsafe-against-'));
try {
  const before = checkOut(revision, 'before');
  const after = checkOut(git('stash', 'create') || 'HEAD', 'after');
  for (const measure of MEASURES.filter((each) => wanted.includes(each.name))) {
    const taken = Array.from({ length: rounds }, (_, i): Round => {
      console.error(`${measure.name}: round ${i + 1} of ${rounds}`);
      // The first run of a round warms the machine's caches for the second, so the revisions take
      // turns.
      if (i % 2 === 0) return { before: run(measure, before), after: run(measure, after) };
      const later = run(measure, after);
      return { after: later, before: run(measure, before) };
    });
    for (const row of ratiosOf(taken)) console.log(line(row));
  }
} finally {
  for (const name of ['before', 'after']) {
    spawnSync('git', ['worktree', 'remove', '--force', join(folder, name)], { cwd: root });
  }
  rmSync(folder, { recursive: true, force: true });
}

function git(...words: string[]): string {
  return execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
}

/** A clean checkout, installed and built. */
function checkOut(commit: string, name: string): string {
  const path = join(folder, name);
  git('worktree', 'add', '--quiet', '--detach', path, commit);
  console.error(`installing ${commit} in ${path}`);
  execFileSync('npm', ['ci', '--prefer-offline'], { cwd: path, stdio: 'ignore' });
  return path;
}

function run({ command, env, figures }: Measure, cwd: string): Readonly<Record<string, number>> {
  const [program = '', ...words] = command;
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(`${command.join(' ')} failed in ${cwd}:\n${stderr}\n${stdout}`);
  return figures(stdout, seconds);
}

function line({ name, before, after, ratio, ratios }: Row): string {
  const [earlier, later] = [before, after].map((value) => {
    // An older revision may not print it.
    if (Number.isNaN(value)) return '–'.padStart(9);
    return value.toLocaleString('en', { maximumSignificantDigits: 4 }).padStart(9);
  });
  if (Number.isNaN(ratio)) return `${name.padEnd(42)}${earlier} → ${later}`;
  const each = ratios.map((value) => value.toFixed(2)).join(' ');
  return `${name.padEnd(42)}${earlier} → ${later}   × ${ratio.toFixed(2)}   (${each})`;
}
