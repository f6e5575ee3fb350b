/**
 * `npm run bench:blast-radius`: what one killer takes along. The same messages, 1% of them killers,
 * go through a plain handler, Powertools' batch processor, middy's partial batch failure and this
 * pipeline, for each way to die and for all of them mixed, with duplicates and reordering on. Then
 * 10,000 healthy messages while a random environment is killed twice a second.
 *
 * COUNT and SEED change the size; FAULTS=throw,exit runs only those; STORM=0 leaves the second part
 * out, STORM=all kills the environments of every function, STORM=only runs nothing else; STORM_COUNT
 * changes its size.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBuilt } from '../local/start/build.ts';
import { BATCH_SIZE, RECEIVES_MAX, writeAssembly } from './blast-radius/assembly.ts';
import { CONSUMERS } from './blast-radius/consumers.ts';
import { describeStorm, killStorm } from './blast-radius/kill-storm.ts';
import { FAULTS, messagesOf } from './blast-radius/messages.ts';
import { type Result, runSideBySide } from './blast-radius/side-by-side.ts';

const ROOT = join(import.meta.dirname, '..');
const COUNT = Number(process.env['COUNT'] ?? 1_000);
const SEED = Number(process.env['SEED'] ?? 1);
const STORM = process.env['STORM'];
const STORM_COUNT = Number(process.env['STORM_COUNT'] ?? 10_000);
/** Longer than the functions' timeout of 10 s and the margin after which an attempt is over. */
const VISIBILITY_SECONDS = 15;
const DUPLICATES = 0.02;

const wanted = process.env['FAULTS']?.split(',');
const faults = FAULTS.filter((fault) => wanted?.includes(fault) ?? true);

function show(title: string, results: readonly Result[]): void {
  console.log(`\n${title}`);
  console.log(row(['', 'stored', 'culprits', 'innocents', 'lost', 'twice', 'seconds']));
  for (const { name, stored, culprits, innocents, lost, twice, seconds } of results) {
    console.log(row([name, stored, culprits, innocents, lost, twice, seconds.toFixed(0)]));
  }
}

function row([name, ...cells]: readonly (string | number)[]): string {
  return `  ${String(name).padEnd(14)}${cells.map((cell) => String(cell).padStart(10)).join('')}`;
}

await ensureBuilt(ROOT, console.error);
const assembly = await mkdtemp(join(ROOT, 'build', 'blast-radius-'));
try {
  await writeAssembly({ directory: assembly, visibilitySeconds: VISIBILITY_SECONDS });
  console.log(
    `${COUNT} messages, 1% killers of each kind; batches of ${BATCH_SIZE}, visibility ${VISIBILITY_SECONDS} s, peers give up after ${RECEIVES_MAX} receives; ` +
      `${DUPLICATES * 100}% duplicates, reordering on. Columns culprits and innocents are dead-lettered; twice is stored twice, or stored and dead-lettered.`,
  );
  const kinds =
    STORM === 'only'
      ? []
      : [...faults.map((fault) => [fault]), ...(faults.length > 1 ? [faults] : [])];
  for (const [n, kind] of kinds.entries()) {
    const killersOfEach = Math.max(1, Math.round(COUNT / 100));
    const messages = messagesOf(COUNT, kind, killersOfEach, SEED + n);
    const run = { assembly, consumers: CONSUMERS, messages, seed: SEED + n };
    const results = await runSideBySide({ ...run, duplicates: DUPLICATES });
    show(`${kind.join(' + ')}: ${kind.length * killersOfEach} killers`, results);
  }
  if (STORM !== '0') {
    console.log(describeStorm(await killStorm(assembly, STORM_COUNT, SEED)));
  }
} finally {
  await rm(assembly, { recursive: true });
}
