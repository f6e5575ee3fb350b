/**
 * What resources of the accepted size need: for each shape and kind of characters the verdict at the
 * heap that heap-size.ts gives it, the least heap at which it has one, and its CPU time
 * beside what the deadline allows. Prints the table of docs/resource-size.md.
 *
 * `node bench/resource-size.ts [MiB...]`: 1 and 10 by default; twenty minutes on two cores.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuMsAllowed } from '../lib/checks/resource-size.ts';
import { configSchema } from '../lib/config/config.ts';
import { heapMbFor } from '../packages/isolation/heap-size.ts';
import { CHARACTERS, INVALID, VALID } from './resource-size/shapes.ts';
import { wholeNumbers } from './words.ts';

const TRIAL = fileURLToPath(new URL('./resource-size/trial.ts', import.meta.url));
const MIB = 1024 * 1024;
const TRIALS = 3;
const STEP_MB = 8;

interface Trial {
  readonly verdict: string;
  readonly cpuMs: number;
}

const config = configSchema.parse({});
const sizes = wholeNumbers();

function validateOnce(shape: string, characters: string, bytes: number, heapMb: number): Trial {
  const args = [shape, characters, bytes, heapMb, config.workerHeap.youngMb].map(String);
  const { stdout } = spawnSync(process.execPath, [TRIAL, ...args], { encoding: 'utf8' });
  // V8 may take the process along where one allocation is far beyond the heap.
  return stdout === '' ? { verdict: 'process aborted', cpuMs: 0 } : JSON.parse(stdout);
}

const isVerdict = ({ verdict }: Trial) => verdict === 'valid' || verdict === 'invalid';

/** By halving, in steps; each heap must do several times. */
function leastHeapMb(shape: string, characters: string, bytes: number, atMost: number): number {
  let [fails, does] = [1, Math.ceil(atMost / STEP_MB)];
  while (does - fails > 1) {
    const middle = Math.floor((fails + does) / 2);
    const trials = Array.from({ length: TRIALS }, () => middle * STEP_MB);
    if (trials.every((mb) => isVerdict(validateOnce(shape, characters, bytes, mb)))) does = middle;
    else fails = middle;
  }
  return does * STEP_MB;
}

let missed = 0;
console.log(
  '| resource | characters | MiB | verdict | heap given | least heap | CPU | CPU allowed |',
);
console.log('|---|---|---|---|---|---|---|---|');
for (const size of sizes.length > 0 ? sizes : [1, 10]) {
  const bytes = size * MIB;
  const heapMb = Math.max(config.workerHeap.oldMb, heapMbFor(bytes));
  const allowed = cpuMsAllowed(bytes, config);
  for (const shape of [...Object.keys(VALID), ...Object.keys(INVALID)]) {
    for (const characters of Object.keys(CHARACTERS)) {
      const trials = Array.from({ length: TRIALS }, () =>
        validateOnce(shape, characters, bytes, heapMb),
      );
      const verdicts = [...new Set(trials.map(({ verdict }) => verdict))].join(', ');
      const cpuMs = Math.max(...trials.map((trial) => trial.cpuMs));
      if (!trials.every(isVerdict) || cpuMs > allowed) missed += 1;
      // The kinds that double the text need most; the others are not searched.
      const least = characters === 'two-byte' ? leastHeapMb(shape, characters, bytes, heapMb) : '';
      console.log(
        `| ${shape} | ${characters} | ${size} | ${verdicts} | ${heapMb} | ${least} | ${cpuMs} ms | ${allowed} ms |`,
      );
    }
  }
}
console.log(`${missed} without a verdict within heap and deadline`);
