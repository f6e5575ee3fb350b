import { execa } from 'execa';
import { expect, test } from 'vitest';

const FLAGS = import.meta.resolve('../../../packages/isolation/heap-flags.ts');

/** A worker of 64 MB reports the limit that V8 enforces. */
const PROGRAM = (before: string) => `
import { Worker } from 'node:worker_threads';
import { getHeapStatistics } from 'node:v8';
${before}
const worker = new Worker(
  "require('node:worker_threads').parentPort.postMessage(require('node:v8').getHeapStatistics().heap_size_limit)",
  { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 } });
worker.once('message', (limit) => console.log(JSON.stringify([limit, getHeapStatistics().heap_size_limit])));`;

async function limitsMb(before: string): Promise<{ worker: number; main: number }> {
  const flags = ['--max-old-space-size=900', '--max-semi-space-size=50'];
  const program = PROGRAM(before);
  const { stdout } = await execa(process.execPath, [
    ...flags,
    '--input-type=module',
    '-e',
    program,
  ]);
  const [worker, main] = JSON.parse(stdout).map((bytes: number) => bytes / 2 ** 20);
  return { worker, main };
}

test('R01 a worker keeps its heap limit though Lambda sets one by flag for the whole process', async () => {
  const cleared = `const { clearHeapFlags } = await import('${FLAGS}'); clearHeapFlags();`;
  const [kept, lost] = await Promise.all([limitsMb(cleared), limitsMb('')]);
  expect(kept.worker).toBeLessThan(100);
  expect(kept.main).toBeGreaterThan(900);
  // If V8 changes and this fails, heap-flags.ts can be removed.
  expect(lost.worker).toBeGreaterThan(900);
});
