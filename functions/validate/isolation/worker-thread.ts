import { Worker } from 'node:worker_threads';
import type { Verdict } from '../../../core/verdict.ts';
import { type Death, deathByDeadline, deathByError, deathByExit } from './death.ts';
import { clearHeapFlags } from './heap-flags.ts';
import {
  createLedger,
  type Ledger,
  NOT_BEGUN,
  readPosition,
  readVerdicts,
  resetLedger,
} from './ledger.ts';

export interface WorkerSettings {
  readonly url: URL;
  readonly deadlineMs: number;
  readonly heapOldMb: number;
  readonly heapYoungMb: number;
  /** Handed to the worker beside the ledger. */
  readonly options: WorkerOptions;
}

/** What the worker itself needs to know. */
export interface WorkerOptions {
  readonly chaos: boolean;
  readonly issuesMax: number;
  /** Whether verdicts name the codings that the definitions at hand do not decide. */
  readonly undecided?: boolean;
}

export interface WorkerInput extends WorkerOptions {
  readonly ledger: Ledger;
}

/** How a chunk ended: by its worker's word, or by its death and maybe a culprit. */
export interface ChunkEnd {
  readonly death?: Death;
  /** Position of the text that killed the worker, where it had begun one. */
  readonly culprit?: number;
  /** Whether the worker published a position at all. */
  readonly begun: boolean;
}

const TICKS_PER_DEADLINE = 50;

clearHeapFlags();

/** One worker thread, and what is known of it. Judges one chunk at a time. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #ledger = createLedger();
  readonly #deadlineMs: number;
  readonly #onGone: (death: Death) => void;
  #death: Death | undefined;
  #gone = false;
  #finish: ((end: ChunkEnd) => void) | undefined;
  #harvestedBytes = 0;
  #harvested = 0;
  #onVerdict: ((verdict: Verdict, position: number) => void) | undefined;

  /** `onReady` once it has loaded, `onGone` once it has died, in whatever state. */
  constructor(settings: WorkerSettings, onReady: () => void, onGone: (death: Death) => void) {
    const input: WorkerInput = { ...settings.options, ledger: this.#ledger };
    this.#deadlineMs = settings.deadlineMs;
    this.#onGone = onGone;
    this.#worker = new Worker(settings.url, {
      workerData: input,
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: settings.heapOldMb,
        maxYoungGenerationSizeMb: settings.heapYoungMb,
      },
    });
    this.#worker.once('message', () => {
      this.#worker.unref();
      this.#worker.on('message', () => this.#end());
      onReady();
    });
    this.#worker.on('error', (error) => {
      this.#death ??= deathByError(error);
    });
    this.#worker.once('exit', (exitCode) => this.#leave(this.#death ?? deathByExit(exitCode)));
  }

  /** Judges texts in order; each verdict is told as soon as it is known to be finished. */
  judge(
    texts: readonly string[],
    onVerdict: (verdict: Verdict, position: number) => void,
  ): Promise<ChunkEnd> {
    const { promise, resolve } = Promise.withResolvers<ChunkEnd>();
    resetLedger(this.#ledger);
    this.#harvested = 0;
    this.#harvestedBytes = 0;
    this.#onVerdict = onVerdict;
    const watch = this.#watchDeadline();
    this.#finish = (end) => {
      clearInterval(watch);
      resolve(end);
    };
    this.#worker.ref();
    this.#worker.postMessage(texts);
    return promise;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /**
   * Ends the worker and counts it as gone at once. V8 does not interrupt every loop (one that only
   * calls builtins runs on through `terminate()`), so its exit is not waited for: what goes on
   * running can spend the environment's memory, and no more of anybody's time.
   */
  abandon(death: Death): void {
    void this.#worker.terminate();
    this.#leave(death);
  }

  /** Tells the verdicts that were finished since the last harvest. */
  harvest(): void {
    const { verdicts, next } = readVerdicts(this.#ledger, this.#harvestedBytes);
    this.#harvestedBytes = next;
    for (const verdict of verdicts) this.#onVerdict?.(verdict, this.#harvested++);
  }

  /**
   * Ends the worker when it stays on one position for longer than the deadline. Time is counted in
   * ticks of this thread, so that a pause of the whole process is not blamed on a resource.
   */
  #watchDeadline(): NodeJS.Timeout {
    const tickMs = Math.ceil(this.#deadlineMs / TICKS_PER_DEADLINE);
    let position = NOT_BEGUN;
    let ticks = 0;
    return setInterval(() => {
      this.harvest();
      const current = readPosition(this.#ledger);
      ticks = current === position ? ticks + 1 : 0;
      position = current;
      if (ticks < TICKS_PER_DEADLINE) return;
      // Where its death is already known it is only slow to die, as heap exhaustion is.
      this.abandon(this.#death ?? deathByDeadline(this.#deadlineMs));
    }, tickMs);
  }

  #leave(death: Death): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#end(death);
    this.#onGone(death);
  }

  #end(death?: Death): void {
    const finish = this.#finish;
    if (finish === undefined) return;
    this.#finish = undefined;
    this.harvest();
    this.#worker.unref();
    const position = readPosition(this.#ledger);
    const begun = position !== NOT_BEGUN;
    if (death === undefined) finish({ begun });
    else if (position < this.#harvested) finish({ death, begun });
    else finish({ death, begun, culprit: position });
  }
}
