/**
 * `npm run bench:blast-radius`: what one killer takes along. The same messages, 1% of them killers, go
 * through a plain handler, Powertools' batch processor, middy's partial batch failure and this pipeline,
 * for each way to die and for all of them mixed, with duplicates and reordering on. Then 10,000 healthy
 * messages while a random environment is killed twice a second. Last, killers of a required plugin: all run
 * the same module, the peers in the thread of their handler.
 *
 * COUNT and SEED change the size; FAULTS=throw,exit runs only those; STORM=0 leaves the second part out,
 * STORM=all kills the environments of every function, STORM=only runs nothing else; STORM_COUNT changes its
 * size. PLUGINS=0 leaves the last part out, PLUGINS=only runs nothing else.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureBuilt, LOCAL } from '../demo/build.ts';
import { buildPlugins, moduleOf } from '../plugins/build.ts';
import { BATCH_SIZE, RECEIVES_MAX, writeAssembly } from './blast-radius/assembly.ts';
import { CONSUMERS } from './blast-radius/consumers.ts';
import { describeStorm, killStorm } from './blast-radius/kill-storm.ts';
import { FAULTS, type Killer, messagesOf, PLUGIN_FAULTS } from './blast-radius/messages.ts';
import { type Result, runSideBySide } from './blast-radius/side-by-side.ts';
import { noWords } from './words.ts';

noWords();

const ROOT = join(import.meta.dirname, '..');
const COUNT = Number(process.env['COUNT'] ?? 1_000);
const SEED = Number(process.env['SEED'] ?? 1);
const STORM = process.env['STORM'];
const PLUGINS = process.env['PLUGINS'];
const STORM_COUNT = Number(process.env['STORM_COUNT'] ?? 10_000);
/** Longer than the functions' timeout of 10 s and the margin after which an attempt is over. */
const VISIBILITY_SECONDS = 15;
const DUPLICATES = 0.02;
const PLUGIN_KILLERS = {
  script: 'build:plugin-killers',
  assembly: join('build', 'plugin-killers'),
};

const wanted: readonly string[] = process.env['FAULTS']?.split(',') ?? FAULTS;
const faults = FAULTS.filter((fault) => wanted.includes(fault));
if (faults.length !== wanted.length) {
  console.error(`error: FAULTS takes some of ${FAULTS.join(',')}`);
  process.exit(2);
}

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

async function runAll(built: string, plugin?: string): Promise<void> {
  const assembly = await mkdtemp(join(ROOT, 'build', 'blast-radius-'));
  try {
    const module = plugin === undefined ? {} : { plugin };
    await writeAssembly({
      ...{ directory: assembly, built, visibilitySeconds: VISIBILITY_SECONDS },
      ...module,
    });
    if (plugin === undefined) await runValidator(assembly);
    else await runKinds(assembly, [PLUGIN_FAULTS.map((fault): Killer => `plugin-${fault}`)], 1_000);
  } finally {
    await rm(assembly, { recursive: true });
  }
}

async function runValidator(assembly: string): Promise<void> {
  const kinds = [...faults.map((fault) => [fault]), ...(faults.length > 1 ? [faults] : [])];
  if (STORM !== 'only') await runKinds(assembly, kinds, 0);
  if (STORM !== '0') console.log(describeStorm(await killStorm(assembly, STORM_COUNT, SEED)));
}

async function runKinds(
  assembly: string,
  kinds: readonly (readonly Killer[])[],
  seed: number,
): Promise<void> {
  for (const [n, kind] of kinds.entries()) {
    const killersOfEach = Math.max(1, Math.round(COUNT / 100 / (seed === 0 ? 1 : kind.length)));
    const messages = messagesOf(COUNT, kind, killersOfEach, SEED + seed + n);
    const run = { assembly, consumers: CONSUMERS, messages, seed: SEED + seed + n };
    const results = await runSideBySide({ ...run, duplicates: DUPLICATES });
    show(`${kind.join(' + ')}: ${kind.length * killersOfEach} killers`, results);
  }
}

console.log(
  `${COUNT} messages, 1% killers of each kind; batches of ${BATCH_SIZE}, visibility ${VISIBILITY_SECONDS} s, peers give up after ${RECEIVES_MAX} receives; ` +
    `${DUPLICATES * 100}% duplicates, reordering on. Columns culprits and innocents are dead-lettered; twice is stored twice, or stored and dead-lettered.`,
);
if (PLUGINS !== 'only') {
  await ensureBuilt(ROOT, console.error);
  await runAll(join(ROOT, LOCAL.assembly));
}
if (PLUGINS !== '0' && STORM !== 'only') {
  await ensureBuilt(ROOT, console.error, PLUGIN_KILLERS);
  await buildPlugins();
  await runAll(join(ROOT, PLUGIN_KILLERS.assembly), moduleOf('chaos'));
}
