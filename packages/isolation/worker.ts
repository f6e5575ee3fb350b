/** The worker's side: what a module that a worker thread runs calls to run texts. */
import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from './death.ts';
import { type Entry, NO_STEP, publishEntry, publishPosition, publishStep } from './ledger.ts';
import type { NumberedChunk, WorkerInput } from './worker-thread.ts';

/** One text to run. */
export interface Run {
  readonly text: string;
  /** As `RunOptions.data` made it. */
  readonly data: unknown;
  /** Set where a step killed the worker before: what `StepPolicy` said to go on from. */
  readonly resume: unknown;
  /** To be called before a step, by its position, with what to save before a skippable one. */
  readonly enterStep: (position: number, saved?: unknown) => void;
  /** To be called after the last step. */
  readonly leaveSteps: () => void;
}

/**
 * Runs the texts that this worker is sent, one after the other. It says which text it is on before
 * it touches it, so that whatever happens then is known to be that text's doing. `start` is given
 * the pool's options and answers the function that runs a text; what that throws is an `exception`
 * of its text, and this worker goes on. A result must be JSON of at most RESULT_BYTES_MAX bytes.
 */
export function serveTexts<O, R>(start: (options: O) => (run: Run) => R): void {
  const { ledger, options } = workerData as WorkerInput;
  const runText = start(options as O);
  const enterStep = (position: number, saved?: unknown) => publishStep(ledger, position, saved);
  const leaveSteps = () => publishStep(ledger, NO_STEP);
  const entryOf = (run: Run): Entry<R> => {
    try {
      return { result: runText(run) };
    } catch (error) {
      return { threw: describeError(error) };
    }
  };
  parentPort?.on('message', ({ number, texts, data, resumes }: NumberedChunk) => {
    for (const [position, text] of texts.entries()) {
      publishPosition(ledger, position);
      const run = { text, data: data[position], resume: resumes[position], enterStep, leaveSteps };
      if (!publishEntry(ledger, entryOf(run))) break;
    }
    parentPort?.postMessage(number);
  });
  parentPort?.postMessage('ready');
}
