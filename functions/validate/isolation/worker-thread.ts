import { Worker } from 'node:worker_threads';
import type { Plugin } from '../plugins/plugin.ts';
import type { Progress, Resume } from '../plugins/progress.ts';
import { type Death, deathByDeadline, deathByError, deathByExit } from './death.ts';
import { clearHeapFlags } from './heap-flags.ts';
import {
  type Answer,
  createLedger,
  type Ledger,
  NO_PLUGIN,
  NOT_BEGUN,
  readPlugin,
  readPosition,
  readProgress,
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
  /** Run on what the validator found valid, in this order. */
  readonly plugins?: readonly Plugin[];
}

export interface WorkerInput extends WorkerOptions {
  readonly ledger: Ledger;
}

/** Texts to judge in order, each with the time it was submitted at (epoch ms). */
export interface Chunk {
  readonly texts: readonly string[];
  readonly submittedAt: readonly number[];
  /** By position: who sent it, where that is known. */
  readonly sources: Readonly<Record<number, string>>;
  /** By position: the plugins that are switched off. */
  readonly off: Readonly<Record<number, readonly number[]>>;
  /** By position: where a plugin took a worker along, how to go on. */
  readonly resumes: Readonly<Record<number, Resume>>;
}

/** How a chunk ended: by its worker's word, or by its death and maybe a culprit. */
export interface ChunkEnd {
  readonly death?: Death;
  /** Position of the text that killed the worker, where it had begun one. */
  readonly culprit?: number;
  /** The plugin that was on. */
  readonly plugin?: PluginDeath;
  /** Whether the worker published a position at all. */
  readonly begun: boolean;
}

/** A plugin that killed its worker, and what had been judged, if it is advisory. */
export interface PluginDeath {
  readonly plugin: Plugin;
  /** Its position among the plugins. */
  readonly position: number;
  readonly progress?: Progress;
}

const TICKS_PER_DEADLINE = 50;
const TICKS_PER_PLUGIN_DEADLINE = 10;

clearHeapFlags();

/** One worker thread, and what is known of it. Judges one chunk at a time. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #ledger: Ledger;
  readonly #deadlineMs: number;
  readonly #plugins: readonly Plugin[];
  readonly #onGone: (death: Death) => void;
  #death: Death | undefined;
  #gone = false;
  #finish: ((end: ChunkEnd) => void) | undefined;
  #harvestedBytes = 0;
  #harvested = 0;
  #onVerdict: ((answer: Answer, position: number) => void) | undefined;

  /** `onReady` once it has loaded, `onGone` once it has died, in whatever state. */
  constructor(settings: WorkerSettings, onReady: () => void, onGone: (death: Death) => void) {
    this.#plugins = settings.options.plugins ?? [];
    this.#ledger = createLedger(this.#plugins.length > 0);
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
  judge(chunk: Chunk, onVerdict: (answer: Answer, position: number) => void): Promise<ChunkEnd> {
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
    this.#worker.postMessage(chunk);
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
   * Ends the worker when it stays on one position, or in one plugin, for longer than the deadline.
   * Time is counted in ticks of this thread, so that a pause of the whole process is not blamed on a
   * resource.
   */
  #watchDeadline(): NodeJS.Timeout {
    const tickMs = this.#tickMs();
    let position = NOT_BEGUN;
    let plugin = NO_PLUGIN;
    let ticks = 0;
    return setInterval(() => {
      this.harvest();
      const stood = position === readPosition(this.#ledger) && plugin === readPlugin(this.#ledger);
      ticks = stood ? ticks + 1 : 0;
      position = readPosition(this.#ledger);
      plugin = readPlugin(this.#ledger);
      const deadlineMs = this.#plugins[plugin]?.deadlineMs ?? this.#deadlineMs;
      if (ticks * tickMs < deadlineMs) return;
      // Where its death is already known it is only slow to die, as heap exhaustion is.
      this.abandon(this.#death ?? deathByDeadline(deadlineMs));
    }, tickMs);
  }

  /** Many ticks to each deadline. */
  #tickMs(): number {
    const ofPlugins = this.#plugins.map(({ deadlineMs }) => deadlineMs / TICKS_PER_PLUGIN_DEADLINE);
    return Math.ceil(Math.min(this.#deadlineMs / TICKS_PER_DEADLINE, ...ofPlugins));
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
    else finish({ death, begun, culprit: position, ...this.#pluginDeath() });
  }

  #pluginDeath(): { readonly plugin?: PluginDeath } {
    const position = readPlugin(this.#ledger);
    const plugin = this.#plugins[position];
    if (plugin === undefined) return {};
    if (plugin.required) return { plugin: { plugin, position } };
    return { plugin: { plugin, position, progress: readProgress<Progress>(this.#ledger) } };
  }
}
