import type { PluginCrash, Verdict } from '../../../core/verdict.ts';
import { pluginCrash } from '../plugins/plugin.ts';
import { type Resume, withCrash } from '../plugins/progress.ts';
import type { Death } from './death.ts';
import { takeChunk } from './take-chunk.ts';
import {
  type Chunk,
  type ChunkEnd,
  type PluginDeath,
  type WorkerSettings,
  WorkerThread,
} from './worker-thread.ts';

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
  | { readonly kind: 'unjudged'; readonly because: 'out-of-time' };

export interface PoolSettings extends WorkerSettings {
  /** Workers that judge at the same time. */
  readonly size: number;
  /** Workers kept warm beside them, to take over from one that died; one by default. */
  readonly spares?: number;
}

interface Task {
  readonly text: string;
  readonly submittedAt: number;
  /** The plugins, by position, that are switched off when it is handed to a worker. */
  readonly off: () => readonly number[];
  /** Who sent it: a source may have profiles of its own. */
  readonly source: string | undefined;
  /** Set once an advisory plugin took a worker along. */
  resume?: Resume;
  readonly settle: (judgement: Judgement) => void;
  settled: boolean;
}

const NONE_OFF = (): readonly number[] => [];
/** Deaths in a row without a resource begun, after which the component counts as broken. */
const FRUITLESS_MAX = 3;

/**
 * Worker threads that judge resources, so that whatever a resource does to its thread it does to no
 * other resource (R01). Texts asked for in the same turn travel in chunks; a dead worker's
 * unfinished texts go to a fresh one.
 */
export class IsolationPool {
  readonly #settings: PoolSettings;
  readonly #idle: WorkerThread[] = [];
  readonly #busy = new Map<WorkerThread, readonly Task[]>();
  readonly #alive = new Set<WorkerThread>();
  #pending: Task[] = [];
  #awaiting: (() => void)[] = [];
  #scheduled = false;
  #closed = false;
  #fruitless = 0;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#staff();
  }

  get #isWarm(): boolean {
    return this.#idle.length + this.#busy.size > 0;
  }

  /** Resolves when a worker is warm, or when none will be: then judging says why. */
  ready(): Promise<void> {
    if (this.#isWarm || this.#alive.size === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaiting.push(resolve);
    return promise;
  }

  /**
   * The verdict on one text, submitted then (epoch ms: the clock of plugins). `off` says which
   * plugins are switched off by the time it is judged. Never rejects.
   */
  judge(text: string, submittedAt: number, off = NONE_OFF, source?: string): Promise<Judgement> {
    const { promise, resolve } = Promise.withResolvers<Judgement>();
    this.#pending.push({ text, submittedAt, off, source, settle: resolve, settled: false });
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#start());
    }
    return promise;
  }

  /** Out of time: answers everything that is not finished, and ends the workers that are on it. */
  stop(): void {
    for (const [worker, tasks] of this.#busy) {
      worker.harvest();
      this.#giveUp(tasks, { kind: 'unjudged', because: 'out-of-time' });
      worker.abandon({ crash: 'timeout', reason: 'the handler ran out of time' });
    }
    this.#giveUp(this.#pending, { kind: 'unjudged', because: 'out-of-time' });
    this.#pending = [];
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
    this.#giveUp(this.#pending, componentFault(death));
    this.#pending = [];
  }

  #dispatch(): void {
    const free = this.#settings.size - this.#busy.size;
    const share = Math.ceil(this.#pending.length / Math.max(1, free));
    while (this.#pending.length > 0 && this.#busy.size < this.#settings.size) {
      const worker = this.#idle.shift();
      if (worker === undefined) return;
      void this.#judgeChunk(worker, takeChunk(this.#pending, share));
    }
  }

  async #judgeChunk(worker: WorkerThread, tasks: readonly Task[]): Promise<void> {
    this.#busy.set(worker, tasks);
    const end = await worker.judge(toChunk(tasks), (answer, position) => {
      settle(tasks[position], answer.kind === 'withheld' ? waitsFor(answer.plugin) : answer);
    });
    this.#conclude(tasks, end);
    // Its death may have been the last while no other could load; what is left needs somebody.
    this.#staff();
    if (end.death === undefined) {
      this.#busy.delete(worker);
      this.#idle.push(worker);
    }
    this.#dispatch();
  }

  #conclude(tasks: readonly Task[], { death, culprit, begun, plugin }: ChunkEnd): void {
    if (begun) this.#fruitless = 0;
    const task = culprit === undefined ? undefined : tasks[culprit];
    if (death !== undefined && task !== undefined) {
      if (plugin === undefined) settle(task, { kind: 'crash', ...death });
      else this.#blamePlugin(task, plugin, death);
    }
    const rest = tasks.filter((task) => !task.settled);
    if (rest.length === 0) return;
    if (death !== undefined && !begun) this.#fruitless += 1;
    if (death === undefined || this.#fruitless < FRUITLESS_MAX) this.#pending.unshift(...rest);
    else this.#giveUp(rest, componentFault(death));
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

  #giveUp(tasks: readonly Task[], judgement: Judgement): void {
    for (const task of tasks) settle(task, judgement);
  }
}

function toChunk(tasks: readonly Task[]): Chunk {
  const resumes: Record<number, Resume> = {};
  const off: Record<number, readonly number[]> = {};
  const sources: Record<number, string> = {};
  for (const [position, task] of tasks.entries()) {
    if (task.resume !== undefined) resumes[position] = task.resume;
    if (task.source !== undefined) sources[position] = task.source;
    const switchedOff = task.off();
    if (switchedOff.length > 0) off[position] = switchedOff;
  }
  return {
    texts: tasks.map((task) => task.text),
    submittedAt: tasks.map((task) => task.submittedAt),
    sources,
    off,
    resumes,
  };
}

function settle(task: Task | undefined, judgement: Judgement): void {
  if (task === undefined || task.settled) return;
  task.settled = true;
  task.settle(judgement);
}

function waitsFor(plugin: string): Judgement {
  const reason = `the plugin ${plugin} is switched off`;
  return { kind: 'unjudged', because: 'component-fault', reason };
}

function componentFault({ crash, reason }: Death): Judgement {
  return { kind: 'unjudged', because: 'component-fault', reason: `${crash}: ${reason}` };
}
