/**
 * The first that is started loads, the next three die while loading, later ones load. The first waits for
 * those deaths, and dies with its first text.
 */
import { getEnvironmentData, parentPort, workerData } from 'node:worker_threads';
import { publishEntry, publishPosition } from '../../../packages/isolation/ledger.ts';
import type { NumberedChunk, WorkerInput } from '../../../packages/isolation/worker-thread.ts';

const IN_VAIN = 3;
const GONE_MS = 300;

const { ledger } = workerData as WorkerInput;
const starts = new Int32Array(getEnvironmentData('starts') as SharedArrayBuffer);
const number = Atomics.add(starts, 0, 1);
Atomics.notify(starts, 0);
if (number >= 1 && number <= IN_VAIN) throw new Error('this worker cannot load');

parentPort?.on('message', ({ number: chunk, texts }: NumberedChunk) => {
  for (const position of texts.keys()) {
    publishPosition(ledger, position);
    if (number === 0) {
      for (let seen = 1; seen <= IN_VAIN; seen = Atomics.load(starts, 0)) {
        Atomics.wait(starts, 0, seen);
      }
      // Until the handler's thread knows that they are gone.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, GONE_MS);
      process.exit(5);
    }
    publishEntry(ledger, { result: { kind: 'valid', resourceType: 'X', issues: [] } });
  }
  parentPort?.postMessage(chunk);
});
parentPort?.postMessage('ready');
