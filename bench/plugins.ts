/**
 * `npm run bench:plugins`: what business rules cost. Patients of 3 KB with a CPF are validated by the
 * pool's workers with no plugin, with one and with three, in turns; then the same rule runs alone in
 * this thread, in a fresh instance for each patient beside one instance that lives on: the difference
 * is what a memory of its own costs, in time of CPU, which neighbours on the machine do not change.
 */

import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ConsoleStdout, File, OpenFile, WASI } from '@bjorn3/browser_wasi_shim';
import type { Plugin } from '../functions/validate/plugins/plugin.ts';
import { type ValidationPool, validationPool } from '../functions/validate/validation-pool.ts';
import { runModule } from '../packages/isolation/wasi.ts';
import { buildPlugins, COMMON_OPTIONS, moduleOf } from '../plugins/build.ts';
import { median } from './median.ts';
import { noWords } from './words.ts';

noWords();

const ROOT = join(import.meta.dirname, '..');
const BATCH = 100;
const ROUNDS = Number(process.env['ROUNDS'] ?? 150);
const WARM_UP = 30;
const RUNS = 20_000;
const CPF_SYSTEM = 'http://rnds-fhir.saude.gov.br/fhir/r4/NamingSystem/cpf';

/** About 3 KB, the size of a typical patient; the CPF comes last. */
function patient(n: number): string {
  const others = Array.from({ length: 36 }, (_, k) => ({
    use: 'official',
    system: 'https://example.org/registry',
    value: `value-${n}-${k}`,
  }));
  return JSON.stringify({
    resourceType: 'Patient',
    id: `patient-${n}`,
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Jane Doe</div>' },
    identifier: [...others, { system: CPF_SYSTEM, value: '52998224725' }],
    name: [{ use: 'official', family: 'Doe', given: ['Jane'] }],
    gender: 'female',
    birthDate: '1970-01-01',
  });
}

function poolWith(module: WebAssembly.Module, count: number): ValidationPool {
  const plugins = Array.from(
    { length: count },
    (_, n): Plugin => ({
      name: `cpf-${n}`,
      resourceTypes: ['Patient'],
      required: true,
      deadlineMs: 500,
      module,
    }),
  );
  return validationPool({
    url: new URL('../functions/validate/worker.ts', import.meta.url),
    size: availableParallelism(),
    deadlineMs: 5_000,
    heapOldMb: 64,
    heapYoungMb: 16,
    options: { chaos: false, issuesMax: 100, plugins },
  });
}

async function elapsed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function comparePools(module: WebAssembly.Module): Promise<void> {
  const texts = Array.from({ length: BATCH }, (_, n) => patient(n));
  const pools = [0, 1, 3].map((count) => ({
    count,
    pool: poolWith(module, count),
    ms: [] as number[],
  }));
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const { pool, ms } of pools) {
      const took = await elapsed(() => Promise.all(texts.map((text) => pool.validate(text, 0))));
      if (round >= WARM_UP) ms.push(took);
    }
  }
  const none = median(pools[0]?.ms ?? []);
  for (const { count, ms, pool } of pools) {
    const perSecond = (BATCH / median(ms)) * 1_000;
    const added = ((median(ms) - none) / BATCH / Math.max(1, count)) * 1_000;
    const each = count === 0 ? '' : `, ${added.toFixed(0)} µs a plugin and resource`;
    console.log(`${count} plugins: ${perSecond.toFixed(0)} resources a second${each}`);
    await pool.close();
  }
}

/** The same rule in an instance that lives on. */
async function sharedRule(): Promise<(text: Buffer) => void> {
  const output = join('build', 'bench', 'shared.wasm');
  await mkdir(join(ROOT, 'build', 'bench'), { recursive: true });
  const collected = ['--runtime', 'incremental', ...COMMON_OPTIONS];
  // In a process of its own: the compiler's heap would slow down each collection of garbage here.
  const options = ['--baseDir', ROOT, '--outFile', output, ...collected];
  execFileSync(join(ROOT, 'node_modules', '.bin', 'asc'), ['bench/plugins/shared.ts', ...options], {
    cwd: ROOT,
  });
  const module = new WebAssembly.Module(await readFile(join(ROOT, output)));
  await rm(join(ROOT, output));
  const host = new WASI([], [], [], { debug: false });
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: host.wasiImport });
  host.initialize(instance as Parameters<WASI['initialize']>[0]);
  const run = instance.exports['run'] as () => void;
  return (text) => {
    host.fds = [new OpenFile(new File(text)), new ConsoleStdout(() => undefined)];
    run();
  };
}

async function compareInstances(module: WebAssembly.Module): Promise<void> {
  const texts = Array.from({ length: 100 }, (_, n) => patient(n));
  const bytes = texts.map((text) => Buffer.from(text));
  const shared = await sharedRule();
  const times = { fresh: [] as number[], shared: [] as number[] };
  for (let part = 0; part < 10; part += 1) {
    for (const [name, run] of [
      ['fresh', (n: number) => runModule(module, texts[n] ?? '', 0)],
      ['shared', (n: number) => shared(bytes[n] ?? Buffer.alloc(0))],
    ] as const) {
      const before = process.cpuUsage();
      for (let n = 0; n < RUNS / 10; n += 1) run(n % texts.length);
      const { user, system } = process.cpuUsage(before);
      times[name].push((user + system) / (RUNS / 10));
    }
  }
  const [fresh, lasting] = [median(times.fresh), median(times.shared)];
  const perSecond = (us: number) => (1e6 / us).toFixed(0);
  console.log(`fresh instance: ${fresh.toFixed(1)} µs of CPU, ${perSecond(fresh)} a second`);
  console.log(`shared instance: ${lasting.toFixed(1)} µs of CPU, ${perSecond(lasting)} a second`);
  console.log(`a memory of its own costs ${(fresh - lasting).toFixed(1)} µs a resource`);
}

await buildPlugins();
const module = new WebAssembly.Module(await readFile(moduleOf('cpf')));
console.log(
  `${availableParallelism()} workers; batches of ${BATCH}; patients of ${patient(0).length} bytes; medians of ${ROUNDS}`,
);
await comparePools(module);
await compareInstances(module);
