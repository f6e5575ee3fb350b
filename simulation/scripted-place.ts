/**
 * Where scripted validation runs resources: as a pool of worker threads or as a process of its own does, but without
 * threads. It has to load, runs some texts at a time, and may die.
 */
import { ComponentFault } from '../core/message/component-fault.ts';
import type {
  IsolatedValidator,
  ValidateOptions,
  VerdictOrNone,
} from '../functions/validate/isolated-validator.ts';
import type { Host } from './host.ts';

const LOADING_MS = 800;

/** What happens to a text, and after how many ms. */
export interface Step {
  readonly ms: number;
  readonly ending: VerdictOrNone | 'its process dies';
}

export function crash(
  kind: Extract<VerdictOrNone, { kind: 'crash' }>['crash'],
  reason: string,
): VerdictOrNone {
  return { kind: 'crash', crash: kind, reason };
}

const OUT_OF_TIME = { kind: 'no-verdict', because: 'out-of-time' } as const;

interface PlaceOptions {
  readonly host: Host;
  readonly script: (text: string, inBatch: boolean) => Step;
  /** Number of texts that run at the same time. */
  readonly size: number;
  /**
   * True for the child process: what kills a process does not kill the environment. It loads on
   * demand.
   */
  readonly isOwnProcess: boolean;
}

interface Task {
  readonly text: string;
  readonly inBatch: boolean;
  /** Only the first call counts. */
  readonly end: (verdict: VerdictOrNone) => void;
  isOver: boolean;
  callOff: (() => void) | undefined;
}

/** Runs texts a few at a time, once it has loaded. An invocation that ends calls them off. */
export class ScriptedPlace implements IsolatedValidator {
  readonly #options: PlaceOptions;
  #waiting: Task[] = [];
  readonly #running = new Set<Task>();
  /** Time at which its worker or process has loaded. Undefined if none was started. */
  #loadedAt: number | undefined;

  constructor(options: PlaceOptions) {
    this.#options = options;
    if (!options.isOwnProcess) this.#load();
  }

  async ready(signal?: AbortSignal): Promise<void> {
    try {
      await this.#options.host.pause(this.#load(), signal);
    } catch (cause) {
      this.#endUselessLoad();
      throw new ComponentFault('the time was up before it could begin', { cause });
    }
  }

  validate(
    text: string,
    _submittedAt: number,
    _off?: () => readonly number[],
    { signal, inBatch = false }: ValidateOptions = {},
  ): Promise<VerdictOrNone> {
    if (signal?.aborted) return Promise.resolve(OUT_OF_TIME);
    const { promise, resolve } = Promise.withResolvers<VerdictOrNone>();
    const abort = () => this.#abort(task);
    const end = (verdict: VerdictOrNone) => {
      task.isOver = true;
      task.callOff?.();
      this.#running.delete(task);
      signal?.removeEventListener('abort', abort);
      resolve(verdict);
      this.#begin();
    };
    const task: Task = { text, inBatch, end, isOver: false, callOff: undefined };
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiting.push(task);
    this.#begin();
    return promise;
  }

  /** Starts to load if necessary. Returns the ms until it has loaded. */
  #load(): number {
    const { host } = this.#options;
    const { now } = host.scheduler;
    this.#loadedAt ??= now + host.draws.duration(LOADING_MS);
    return Math.max(0, this.#loadedAt - now);
  }

  #begin(): void {
    const { host, size } = this.#options;
    this.#waiting = this.#waiting.filter(({ isOver }) => !isOver);
    while (this.#running.size < size) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#running.add(task);
      const loadingMs = this.#load();
      if (loadingMs === 0) this.#run(task);
      else task.callOff = host.later(loadingMs, () => this.#run(task));
    }
  }

  #run(task: Task): void {
    const { host, script } = this.#options;
    const { ms, ending } = script(task.text, task.inBatch);
    task.callOff = host.later(ms, () => {
      if (ending !== 'its process dies') task.end(ending);
      else this.#die(task);
    });
  }

  #die(task: Task): void {
    const { isOwnProcess, host } = this.#options;
    if (!isOwnProcess) {
      host.die();
      return;
    }
    this.#loadedAt = undefined;
    task.end(crash('exit', 'its process was killed by SIGKILL'));
  }

  /** Its invocation has ended: kills a process that runs it, or that has not loaded. */
  #abort(task: Task): void {
    if (this.#options.isOwnProcess && this.#running.has(task)) this.#loadedAt = undefined;
    task.end(OUT_OF_TIME);
    this.#endUselessLoad();
  }

  #endUselessLoad(): void {
    const { isOwnProcess, host } = this.#options;
    const isWanted = this.#waiting.length > 0 || this.#running.size > 0;
    const isLoading = this.#loadedAt !== undefined && this.#loadedAt > host.scheduler.now;
    if (isOwnProcess && isLoading && !isWanted) this.#loadedAt = undefined;
  }
}
