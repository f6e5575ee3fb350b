/** The worker's side: the function that the module of a worker thread calls to run texts. */
import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from './death.ts';
import { type Entry, NO_STEP, publishEntry, publishPosition, publishStep } from './ledger.ts';
import type { NumberedChunk, WorkerInput } from './worker-thread.ts';

/** One text to run. */
export interface Run {
  readonly text: string;
  /** The data that `RunOptions.data` returned. */
  readonly data: unknown;
  /** Set if a step killed the worker before: what `StepPolicy` returned to continue from. */
  readonly resume: unknown;
  /**
   * Must be called before a step, with its index, and with the data to save if the step is
   * skippable.
   */
  readonly enterStep: (position: number, saved?: unknown) => void;
  /** Must be called after the last step. */
  readonly leaveSteps: () => void;
}

/**
 * Runs the texts that the main thread sends, one after the other. It publishes the position of a
 * text before it runs it, so that a death is known to be caused by that text. `start` gets the
 * pool's options and returns the function that runs a text. If that function throws, this is an
 * `exception` of its text, and the worker continues. A result must be JSON of at most
 * RESULT_BYTES_MAX bytes.
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
