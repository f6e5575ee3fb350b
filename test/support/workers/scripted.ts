/** Does what each text says, without any validator, for what the real worker does too rarely. */
import { setTimeout as later } from 'node:timers';
import { parentPort, workerData } from 'node:worker_threads';
import type { Verdict } from '../../../core/message/verdict.ts';
import type { TextData } from '../../../functions/validate/isolated-validator.ts';
import { publishEntry, publishPosition } from '../../../packages/isolation/ledger.ts';
import type { NumberedChunk, WorkerInput } from '../../../packages/isolation/worker-thread.ts';

const { ledger } = workerData as WorkerInput;

function perform(text: string): void {
  if (text === 'reject a promise') void Promise.reject(new TypeError('nobody waits for it'));
  if (text === 'die after its verdict') later(() => process.exit(4), 0);
  if (text === 'run on') runOn();
  if (text === 'hang') for (;;);
  if (text === 'throw') throw new RangeError('too far');
}

/** V8 interrupts this loop neither for `terminate()` nor for the exhausted heap. */
function runOn(): never {
  const hoard: unknown[] = [];
  for (let n = 0; ; n++) hoard.push(new Array(64).fill(n));
}

parentPort?.on('message', ({ number, texts, data }: NumberedChunk) => {
  for (const [position, text] of texts.entries()) {
    publishPosition(ledger, position);
    // A text may be padded with spaces.
    perform(text.trimEnd());
    const said =
      text === 'name the source'
        ? String((data[position] as TextData).source)
        : text.slice(0, 120_000);
    const issues = [{ severity: 'warning', code: 'x', text: said }] as const;
    const result: Verdict = { kind: 'valid', resourceType: 'X', issues: [...issues] };
    if (!publishEntry(ledger, { result })) break;
  }
  if (!texts.includes('die after its verdict')) parentPort?.postMessage(number);
});
parentPort?.postMessage('ready');
