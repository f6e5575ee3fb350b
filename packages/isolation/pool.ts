import type { PluginCrash, Verdict } from '../../core/message/verdict.ts';
import { pluginCrash } from '../../functions/validate/plugins/plugin.ts';
import { withCrash } from '../../functions/validate/plugins/progress.ts';
import type { PluginDeath } from './chunk-watch.ts';
import type { Death } from './death.ts';
import { charactersFor, heapMbFor } from './heap-size.ts';
import { type Judging, Signals, whileItLasts } from './invocation.ts';
import { componentFault, NONE_OFF, OUT_OF_TIME, settle, type Task, toChunk } from './task.ts';
import { TaskQueue } from './task-queue.ts';
import { type ChunkEnd, type WorkerSettings, WorkerThread } from './worker-thread.ts';

/** A verdict, or why there is none: then the message waits, and its resource is not blamed (R09). */
export type Judgement =
  | Verdict
  | {
      readonly kind: 'unjudged';
      readonly because: 'component-fault';
      readonly reason: string;
      /** Of a plugin that is switched off by now: no fault of the resource. */
      readonly pluginCrash?: PluginCrash;
    }
  | typeof OUT_OF_TIME;

export interface PoolSettings extends WorkerSettings {
  /** Workers that judge at the same time. */
  readonly size: number;
  /** Workers kept warm beside them, to take over from one that died; one by default. */
  readonly spares?: number;
}

/** Deaths in a row without a resource begun, after which the component counts as broken. */
const FRUITLESS_MAX = 3;

/**
 * Worker threads that judge resources, so that whatever a resource does to its thread it does to no
 * other resource (R01). Texts asked for in the same turn travel in chunks; a dead worker's
 * unfinished texts go to a fresh one.
 */
export class IsolationPool implements Judging {
  readonly #settings: PoolSettings;
  readonly #idle: WorkerThread[] = [];
  readonly #busy = new Map<WorkerThread, readonly Task[]>();
  readonly #alive = new Set<WorkerThread>();
  readonly #signals = new Signals((signal) => this.#end((task) => task.signal === signal));
  readonly #queue: TaskQueue;
  #awaiting: (() => void)[] = [];
  #scheduled = false;
  #closed = false;
  #isLargeRunning = false;
  #fruitless = 0;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#queue = new TaskQueue(charactersFor(settings.heapOldMb));
    this.#staff();
  }

  get #isWarm(): boolean {
    return this.#idle.length + this.#busy.size > 0;
  }

  /** Resolves when a worker is warm, or when none will be: then judging says why. */
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
   * The verdict on one text, submitted then (epoch ms: the clock of plugins). `off` says which
   * plugins are switched off by the time it is judged. Once `signal` is aborted it is not begun, or
   * ended (R61). Never rejects.
   */
  judge(
    text: string,
    submittedAt: number,
    off = NONE_OFF,
    signal?: AbortSignal,
    source?: string,
  ): Promise<Judgement> {
    if (signal?.aborted) return Promise.resolve(OUT_OF_TIME);
    this.#signals.follow(signal);
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#start());
    }
    return this.#queue.ask({ text, submittedAt, off, signal, source });
  }

  /** Out of time: answers everything that is not finished, and ends the workers that are on it. */
  stop(): void {
    this.#end(() => true);
  }

  /** Other texts of a worker that is ended go to a fresh one. */
  #end(isOver: (task: Task) => boolean): void {
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

  /** Each turn of judging gives a broken component another few tries, and no more. */
  #start(): void {
    this.#scheduled = false;
    if (this.#alive.size === 0) this.#fruitless = 0;
    this.#staff();
    this.#dispatch();
  }

  /** The first loads alone: together they would share the start's little CPU, and each be late. */
  #staff(): void {
    const { size, spares = 1 } = this.#settings;
    const wanted = this.#isWarm ? size + spares : 1;
    while (!this.#closed && this.#fruitless < FRUITLESS_MAX && this.#alive.size < wanted) {
      const worker: WorkerThread = new WorkerThread(
        this.#settings,
        () => this.#welcome(worker),
        (death) => this.#bury(worker, death),
      );
      this.#alive.add(worker);
    }
  }

  #welcome(worker: WorkerThread): void {
    this.#idle.push(worker);
    this.#settleReady();
    this.#dispatch();
    this.#staff();
  }

  #settleReady(): void {
    for (const resolve of this.#awaiting.splice(0)) resolve();
  }

  #bury(worker: WorkerThread, death: Death): void {
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
      void this.#judgeChunk(worker, this.#queue.takeChunk(share));
    }
    const large = this.#busy.size === 0 ? this.#queue.takeLarge() : undefined;
    if (large !== undefined) void this.#judgeLarge(large);
  }

  async #judgeChunk(worker: WorkerThread, tasks: readonly Task[]): Promise<void> {
    this.#busy.set(worker, tasks);
    const end = await this.#run(worker, tasks);
    this.#conclude(tasks, end);
    // Its death may have been the last while no other could load; what is left needs somebody.
    this.#staff();
    if (end.death === undefined) {
      this.#busy.delete(worker);
      this.#idle.push(worker);
    }
    this.#dispatch();
  }

  /**
   * What the heap of a worker does not hold is judged in one of its own (R62), which ends with it and
   * gives its memory back. The others rest meanwhile: it needs all of the little CPU to be in time.
   */
  async #judgeLarge(task: Task): Promise<void> {
    this.#isLargeRunning = true;
    const { promise: started, resolve } = Promise.withResolvers<Death | undefined>();
    const settings = { ...this.#settings, heapOldMb: heapMbFor(task.text.length) };
    const worker = new WorkerThread(settings, () => resolve(undefined), resolve);
    this.#busy.set(worker, [task]);
    const death = await started;
    const end = death ? { death, begun: false } : await this.#run(worker, [task]);
    void worker.terminate();
    this.#busy.delete(worker);
    this.#isLargeRunning = false;
    this.#conclude([task], end);
    this.#staff();
    this.#dispatch();
  }

  #run(worker: WorkerThread, tasks: readonly Task[]): Promise<ChunkEnd> {
    return worker.judge(toChunk(tasks), (answer, position) => {
      settle(tasks[position], answer.kind === 'withheld' ? waitsFor(answer.plugin) : answer);
    });
  }

  #conclude(tasks: readonly Task[], { death, blame, begun }: ChunkEnd): void {
    if (begun) this.#fruitless = 0;
    const task = blame && tasks[blame.culprit];
    if (death !== undefined && task !== undefined) {
      if (blame?.plugin === undefined) settle(task, { kind: 'crash', ...death });
      else this.#blamePlugin(task, blame.plugin, death);
    }
    const rest = tasks.filter((task) => !task.settled);
    if (rest.length === 0) return;
    if (death !== undefined && !begun) this.#fruitless += 1;
    if (death === undefined || this.#fruitless < FRUITLESS_MAX) this.#queue.giveBack(rest);
    else for (const each of rest) settle(each, componentFault(describe(death)));
  }

  /** A required plugin's crash is the resource's; behind an advisory one its judging goes on. */
  #blamePlugin(task: Task, { plugin, position, progress }: PluginDeath, death: Death): void {
    const crash = pluginCrash(plugin.name, death);
    if (progress === undefined) {
      settle(task, { kind: 'crash', ...crash });
    } else {
      const { issuesMax } = this.#settings.options;
      task.resume = { progress: withCrash(progress, crash, issuesMax), first: position + 1 };
    }
  }
}

function waitsFor(plugin: string): Judgement {
  return componentFault(`the plugin ${plugin} is switched off`);
}

function describe({ crash, reason }: Death): string {
  return `${crash}: ${reason}`;
}
