import { Worker } from 'node:worker_threads';
import { type Blame, ChunkWatch } from './chunk-watch.ts';
import { type Death, deathByCpu, deathByDeadline, deathByError, deathByExit } from './death.ts';
import { clearHeapFlags, collectWithoutHelpers } from './heap-flags.ts';
import {
  createLedger,
  type Entry,
  type Ledger,
  NO_STEP,
  readStand,
  resetLedger,
} from './ledger.ts';
import type { Allowance } from './outcome.ts';
import type { Step } from './step.ts';
import { endOf, UseWatch, useOf } from './use-watch.ts';

export interface WorkerSettings {
  /** The module that a worker runs. It calls `serveTexts`. */
  readonly url: URL;
  /** Deadline of one text, without its steps, in ms. */
  readonly deadlineMs: number;
  /** Processor time of one text, without its steps, in ms. It is over its deadline after that, too. */
  readonly deadlineCpuMs?: number | undefined;
  readonly heapOldMb: number;
  readonly heapYoungMb: number;
  /** Data that the worker's module gets once, when it starts. Any structured clone. */
  readonly options?: unknown;
  /** The parts of a run with deadlines of their own, in their order. */
  readonly steps?: readonly Step[];
}

/** The data with which a worker is started. */
export interface WorkerInput {
  readonly ledger: Ledger;
  readonly options: unknown;
}

/** Texts to run, in order. */
export interface Chunk {
  readonly texts: readonly string[];
  /** By index: the data that the worker gets with the text. */
  readonly data: readonly unknown[];
  /** By index: the data to continue from, if a step killed a worker. */
  readonly resumes: Readonly<Record<number, unknown>>;
}

/** The worker returns the number when it has ended the chunk. */
export interface NumberedChunk extends Chunk {
  readonly number: number;
}

/**
 * How a chunk ended: by a message of its worker, or by the worker's death and perhaps a culprit.
 */
export interface ChunkEnd {
  readonly death?: Death;
  /** The culprit, if the worker died while it ran a text. */
  readonly blame?: Blame | undefined;
  /** The position of the text that is given up as slow, if we ended the worker for that. */
  readonly slow?: number;
  /** Whether the worker published a position at all. */
  readonly begun: boolean;
}

const TICKS_PER_DEADLINE = 50;
const TICKS_PER_STEP_DEADLINE = 10;
/** A worker that exhausts its heap takes a few hundred ms. Most chunks end before the first look. */
const LOOK_MS = 20;

clearHeapFlags();
collectWithoutHelpers();

/** What the caller of a chunk is told, and what it decides. Both by the position in the chunk. */
interface ChunkOptions<R> {
  /** Called with each entry as soon as it is known to be finished. */
  readonly onEntry: (entry: Entry<R>, position: number) => void;
  /** What a text may use until it is given up as slow. */
  readonly allowance: (position: number) => Allowance | undefined;
}

/** A running chunk: its watch, and the caller that waits for its end. */
interface Running<R> {
  /** A reply with any other number is ignored. */
  readonly number: number;
  readonly watch: ChunkWatch<R>;
  readonly finish: (end: ChunkEnd) => void;
}

/** One worker thread and its state. Runs one chunk at a time. */
export class WorkerThread<R> {
  readonly #worker: Worker;
  readonly #ledger: Ledger;
  readonly #deadlineMs: number;
  readonly #deadlineCpuMs: number;
  readonly #steps: readonly Step[];
  readonly #onGone: (death: Death) => void;
  #death: Death | undefined;
  #gone = false;
  #chunks = 0;
  #running: Running<R> | undefined;

  /**
   * `onReady` is called once the worker has loaded, `onGone` once it has died, in whatever state.
   */
  constructor(settings: WorkerSettings, onReady: () => void, onGone: (death: Death) => void) {
    this.#steps = settings.steps ?? [];
    this.#ledger = createLedger(this.#steps.length > 0);
    const input: WorkerInput = { options: settings.options, ledger: this.#ledger };
    this.#deadlineMs = settings.deadlineMs;
    this.#deadlineCpuMs = settings.deadlineCpuMs ?? Number.POSITIVE_INFINITY;
    this.#onGone = onGone;
    this.#worker = new Worker(settings.url, {
      workerData: input,
      // Flags of this process are not meant for its workers.
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: settings.heapOldMb,
        maxYoungGenerationSizeMb: settings.heapYoungMb,
      },
    });
    this.#worker.once('message', () => {
      this.#worker.unref();
      this.#worker.on('message', (number) => this.#hear(number));
      onReady();
    });
    this.#worker.on('error', (error) => {
      this.#death ??= deathByError(error);
    });
    this.#worker.once('exit', (exitCode) => this.#leave(this.#death ?? deathByExit(exitCode)));
  }

  /** Runs texts in order. */
  run(chunk: Chunk, { onEntry, allowance }: ChunkOptions<R>): Promise<ChunkEnd> {
    const { promise, resolve } = Promise.withResolvers<ChunkEnd>();
    resetLedger(this.#ledger);
    this.#chunks += 1;
    const number = this.#chunks;
    const watch = new ChunkWatch(this.#ledger, this.#steps, onEntry);
    const use = new UseWatch(this.#ledger, () => useOf(this.#worker));
    const tickMs = this.#tickMs();
    const clock = setInterval(() => this.#endOverdue(watch, tickMs), tickMs);
    const looks = setInterval(() => void this.#endSpent(watch, use, allowance), LOOK_MS);
    const finish = (end: ChunkEnd) => {
      clearInterval(clock);
      clearInterval(looks);
      resolve(end);
    };
    this.#running = { number, watch, finish };
    this.#worker.ref();
    this.#worker.postMessage({ ...chunk, number } satisfies NumberedChunk);
    return promise;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Reports the results that are finished by now. */
  harvest(): void {
    this.#running?.watch.harvest();
  }

  /** Stops the worker without blame: no text is at fault for what is unfinished. */
  stop(death: Death): void {
    this.harvest();
    this.#finish({ death, begun: true });
    this.#abandon(death);
  }

  /**
   * Terminates the worker and counts it as gone at once. V8 does not interrupt every loop (one that
   * only calls builtins goes on after `terminate()`), so its exit is not awaited. A thread that
   * keeps running may use the environment's memory, but delays nobody.
   */
  #abandon(death: Death): void {
    void this.#worker.terminate();
    this.#leave(death);
  }

  /**
   * Terminates the worker when it stays at one position, or in one step, for longer than the
   * deadline.
   */
  #endOverdue(watch: ChunkWatch<R>, tickMs: number): void {
    const overdue = watch.tick(tickMs, this.#deadlineMs);
    if (overdue === undefined) return;
    // If its death is already known, it is only slow to die, for example after heap exhaustion.
    const death = this.#death ?? deathByDeadline(overdue.deadlineMs);
    this.#finish({ death, blame: overdue.blame, begun: watch.hasBegun });
    this.#abandon(death);
  }

  /** Terminates the worker when its text has used up what it may use. Steps have only deadlines. */
  async #endSpent(
    watch: ChunkWatch<R>,
    use: UseWatch,
    allowance: ChunkOptions<R>['allowance'],
  ): Promise<void> {
    const maxMs = this.#deadlineCpuMs;
    const isLimited = maxMs < Number.POSITIVE_INFINITY;
    if (!isLimited && allowance(readStand(this.#ledger).position) === undefined) return;
    const used = await use.used();
    if (used === undefined || this.#running?.watch !== watch || this.#death !== undefined) return;
    const { position, step } = used.stand;
    const end = step === NO_STEP ? endOf(used, allowance(position), maxMs) : undefined;
    if (end === undefined) return;
    watch.harvest();
    if (!watch.isUnfinished(used.stand)) return;
    const death = deathByCpu(end === 'slow' ? Math.ceil(used.cpuMs) : maxMs);
    const why = end === 'slow' ? { slow: position } : { blame: { culprit: position } };
    this.#finish({ death, ...why, begun: true });
    this.#abandon(death);
  }

  /** Several ticks per deadline. */
  #tickMs(): number {
    const ofSteps = this.#steps.map(({ deadlineMs }) => deadlineMs / TICKS_PER_STEP_DEADLINE);
    return Math.ceil(Math.min(this.#deadlineMs / TICKS_PER_DEADLINE, ...ofSteps));
  }

  /** Called when the worker reports the end of a chunk. */
  #hear(number: unknown): void {
    const running = this.#running;
    if (running === undefined || running.number !== number) return;
    running.watch.harvest();
    this.#finish({ begun: running.watch.hasBegun });
  }

  #leave(death: Death): void {
    if (this.#gone) return;
    this.#gone = true;
    const watch = this.#running?.watch;
    if (watch !== undefined) {
      this.#finish({ death, blame: watch.blameDead(), begun: watch.hasBegun });
    }
    this.#onGone(death);
  }

  #finish(end: ChunkEnd): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#worker.unref();
    running.finish(end);
  }
}
