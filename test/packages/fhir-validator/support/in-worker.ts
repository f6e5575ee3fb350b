/** The validator in a worker with the heap of the pipeline's workers, replaced when it dies. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { configSchema } from '../../../../lib/config/config.ts';
import type { Answer } from './hostile-worker.ts';

export const { deadlineMs, resourceBytesMax, workerHeap } = configSchema.parse({});

export type Outcome = Answer | { readonly died: string };

export class ValidatorInWorker {
  #worker: Worker | undefined;

  async run(text: string): Promise<Outcome> {
    const worker = this.#worker ?? start();
    this.#worker = worker;
    worker.postMessage(text);
    try {
      const [answer] = (await once(worker, 'message')) as [Answer];
      return answer;
    } catch (error) {
      // `once` rejects with the worker's own error: an exhausted heap, or an exit.
      this.#worker = undefined;
      await worker.terminate();
      return { died: String(error) };
    }
  }

  async end(): Promise<void> {
    await this.#worker?.terminate();
  }
}

function start(): Worker {
  return new Worker(new URL('hostile-worker.ts', import.meta.url), {
    resourceLimits: {
      maxOldGenerationSizeMb: workerHeap.oldMb,
      maxYoungGenerationSizeMb: workerHeap.youngMb,
    },
  });
}
