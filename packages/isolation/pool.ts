import { ChunkQueue } from './chunk-queue.ts';
import type { Death } from './death.ts';
import { charactersFor, heapMbFor } from './heap-size.ts';
import { Signals, whileItLasts } from './invocation.ts';
import type { Entry } from './ledger.ts';
import {
  componentFault,
  type Isolation,
  OUT_OF_TIME,
  type Outcome,
  type RunOptions,
  SLOW,
} from './outcome.ts';
import type { StepDeath, StepPolicy } from './step.ts';
import { settle, type Task, toChunk } from './task.ts';
import { type ChunkEnd, type WorkerSettings, WorkerThread } from './worker-thread.ts';

export interface PoolSettings<R> extends WorkerSettings {
  /** Number of workers that run texts at the same time. */
  readonly size: number;
  /** Spare warm workers, which replace one that died. Default: one. */
  readonly spares?: number;
  /** Decides what follows from the death of a step. Default: the text has died too. */
  readonly afterStepDeath?: StepPolicy<R>;
}

/** After this many deaths in a row without a started text, the component counts as broken. */
const FRUITLESS_MAX = 3;

/**
 * Worker threads that run texts, so that a text can harm only its own thread. Texts that were
 * requested in the same turn are sent in chunks. The unfinished texts of a dead worker go to a new
 * one.
 */
export class IsolationPool<R> implements Isolation<R> {
  readonly #settings: PoolSettings<R>;
  readonly #idle: WorkerThread<R>[] = [];
  readonly #busy = new Map<WorkerThread<R>, readonly Task<R>[]>();
  readonly #alive = new Set<WorkerThread<R>>();
  readonly #signals = new Signals((signal) => this.#end((task) => task.signal === signal));
  readonly #queue: ChunkQueue<R>;
  #awaiting: (() => void)[] = [];
  #scheduled = false;
  #closed = false;
  #isLargeRunning = false;
  #fruitless = 0;

  constructor(settings: PoolSettings<R>) {
    this.#settings = settings;
    this.#queue = new ChunkQueue(charactersFor(settings.heapOldMb));
    this.#staff();
  }

  get #isWarm(): boolean {
    return this.#idle.length + this.#busy.size > 0;
  }

  /** Resolves when a worker is warm, or when none can start. In that case a run says why. */
  ready(signal?: AbortSignal): Promise<void> {
    return whileItLasts(this.#ready(), signal);
  }

  #ready(): Promise<void> {
    if (this.#isWarm || this.#alive.size === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaiting.push(resolve);
    return promise;
  }

  /**
   * Runs one text. Once `signal` is aborted, the text is not started, or it is stopped; after
   * `close()` none is started. Never rejects.
   */
  run(
    text: string,
    { data = () => undefined, signal, allowance }: RunOptions = {},
  ): Promise<Outcome<R>> {
    if (signal?.aborted || this.#closed) return Promise.resolve(OUT_OF_TIME);
    this.#signals.follow(signal);
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#start());
    }
    return this.#queue.ask({ text, data, signal, allowance });
  }

  /** The time is up: settles everything that is not finished, and stops the workers that run it. */
  stop(): void {
    this.#end(() => true);
  }

  /** The other texts of a stopped worker go to a new one. */
  #end(isOver: (task: Task<R>) => boolean): void {
    for (const worker of this.#busy.keys()) worker.harvest();
    const over = this.#queue.end(isOver);
    for (const [worker, tasks] of this.#busy) {
      if (!tasks.some((task) => over.has(task))) continue;
      worker.stop({ crash: 'timeout', reason: 'the time of its invocation was up' });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.stop();
    await Promise.all([...this.#alive].map((worker) => worker.terminate()));
  }

  /** Each turn with new texts gives a broken component a few more tries. */
  #start(): void {
    this.#scheduled = false;
    if (this.#alive.size === 0) this.#fruitless = 0;
    this.#staff();
    this.#dispatch();
  }

  /**
   * Starts the first worker alone: several would share the little CPU that there is at the start,
   * and all would be late.
   */
  #staff(): void {
    const { size, spares = 1 } = this.#settings;
    const wanted = this.#isWarm ? size + spares : 1;
    while (!this.#closed && this.#fruitless < FRUITLESS_MAX && this.#alive.size < wanted) {
      const worker: WorkerThread<R> = new WorkerThread<R>(
        this.#settings,
        () => this.#welcome(worker),
        (death) => this.#bury(worker, death),
      );
      this.#alive.add(worker);
    }
  }

  #welcome(worker: WorkerThread<R>): void {
    this.#idle.push(worker);
    this.#settleReady();
    this.#dispatch();
    this.#staff();
  }

  #settleReady(): void {
    for (const resolve of this.#awaiting.splice(0)) resolve();
  }

  #bury(worker: WorkerThread<R>, death: Death): void {
    const startedInVain = !this.#busy.has(worker) && !this.#idle.includes(worker);
    this.#alive.delete(worker);
    this.#busy.delete(worker);
    const position = this.#idle.indexOf(worker);
    if (position >= 0) this.#idle.splice(position, 1);
    if (startedInVain) this.#fruitless += 1;
    this.#staff();
    if (this.#alive.size === 0) this.#breakDown(death);
  }

  #breakDown(death: Death): void {
    this.#settleReady();
    this.#queue.giveUp(componentFault(describe(death)));
  }

  #dispatch(): void {
    if (this.#isLargeRunning) return;
    const free = this.#settings.size - this.#busy.size;
    const share = Math.ceil(this.#queue.smallCount / Math.max(1, free));
    while (this.#queue.smallCount > 0 && this.#busy.size < this.#settings.size) {
      const worker = this.#idle.shift();
      if (worker === undefined) return;
      void this.#runChunk(worker, this.#queue.takeChunk(share));
    }
    const large = this.#busy.size === 0 ? this.#queue.takeLarge() : undefined;
    if (large !== undefined) void this.#runLarge(large);
  }

  async #runChunk(worker: WorkerThread<R>, tasks: readonly Task<R>[]): Promise<void> {
    this.#busy.set(worker, tasks);
    const end = await this.#runOn(worker, tasks);
    this.#conclude(tasks, end);
    // The last worker may have gone while no other could load. The remaining texts need one.
    this.#staff();
    if (end.death === undefined) {
      this.#busy.delete(worker);
      this.#idle.push(worker);
    }
    this.#dispatch();
  }

  /**
   * Runs a text that does not fit into a worker's heap. It gets a worker of its own, which ends
   * with it and frees its memory. The other workers are idle meanwhile, because the text needs all
   * CPU to meet its deadline.
   */
  async #runLarge(task: Task<R>): Promise<void> {
    this.#isLargeRunning = true;
    const { promise: started, resolve } = Promise.withResolvers<Death | undefined>();
    const settings = { ...this.#settings, heapOldMb: heapMbFor(task.text.length) };
    const worker = new WorkerThread<R>(settings, () => resolve(undefined), resolve);
    this.#busy.set(worker, [task]);
    const death = await started;
    const end = death ? { death, begun: false } : await this.#runOn(worker, [task]);
    void worker.terminate();
    this.#busy.delete(worker);
    this.#isLargeRunning = false;
    this.#conclude([task], end);
    this.#staff();
    this.#dispatch();
  }

  #runOn(worker: WorkerThread<R>, tasks: readonly Task<R>[]): Promise<ChunkEnd> {
    return worker.run(toChunk(tasks), {
      onEntry: (entry, position) => settle(tasks[position], ended(entry)),
      allowance: (position) => tasks[position]?.allowance,
    });
  }

  #conclude(tasks: readonly Task<R>[], { death, blame, slow, begun }: ChunkEnd): void {
    if (begun) this.#fruitless = 0;
    if (slow !== undefined) settle(tasks[slow], SLOW);
    const task = blame && tasks[blame.culprit];
    if (death !== undefined && task !== undefined) this.#afterDeath(task, death, blame?.at);
    const rest = tasks.filter((task) => !task.settled);
    if (rest.length === 0) return;
    if (death !== undefined && !begun) this.#fruitless += 1;
    if (death === undefined || this.#fruitless < FRUITLESS_MAX) this.#queue.giveBack(rest);
    else for (const each of rest) settle(each, componentFault(describe(death)));
  }

  #afterDeath(task: Task<R>, death: Death, at: StepDeath | undefined): void {
    const after = at && this.#settings.afterStepDeath?.(death, at);
    if (after?.kind === 'resume') task.resume = { from: after.from };
    else settle(task, after ?? { kind: 'died', ...death });
  }
}

function ended<R>(entry: Entry<R>): Outcome<R> {
  return 'result' in entry
    ? { kind: 'finished', result: entry.result }
    : { kind: 'died', crash: 'exception', reason: entry.threw };
}

function describe({ crash, reason }: Death): string {
  return `${crash}: ${reason}`;
}
