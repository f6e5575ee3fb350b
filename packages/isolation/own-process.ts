import { Child, DIED_LOADING, type RunEnd } from './child.ts';
import { Signals, timeUp, whileItLasts } from './invocation.ts';
import {
  componentFault,
  type Isolation,
  OUT_OF_TIME,
  type Outcome,
  type RunOptions,
} from './outcome.ts';
import { settle, type Task } from './task.ts';

/** After this many deaths in a row without a started text, the module counts as broken. */
const FRUITLESS_MAX = 3;

export interface OwnProcessOptions<R> {
  /** JSON that the process gets once, when it starts. */
  readonly settings?: unknown;
  /**
   * Whether the work of a finished text may keep running in the process. If so, the next text gets
   * a new process.
   */
  readonly mayRunOn?: (result: R) => boolean;
}

/**
 * Runs texts in a child process, one at a time and in order, so that each is alone in it. This
 * class notices whatever kills the process (a signal, a crash of V8, memory that the kernel
 * refuses). The culprit is always the text that was running. The waiting texts go to a new process.
 * The process is started on demand, because most environments never need one, and is kept until it
 * dies.
 */
export class OwnProcess<R> implements Isolation<R> {
  readonly #url: URL;
  readonly #options: OwnProcessOptions<R>;
  readonly #signals = new Signals((signal) => this.#end(signal));
  #child: Child | undefined;
  #running: Task<R> | undefined;
  #waiting: Task<R>[] = [];
  /** Number of callers that wait in `ready()`. */
  #awaiting = 0;
  #isWorking = false;

  /** `url` is a module that calls `serveProcess`. */
  constructor(url: URL, options: OwnProcessOptions<R> = {}) {
    this.#url = url;
    this.#options = options;
  }

  /** Resolves once the process has loaded. Rejects if it cannot load. */
  async ready(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw timeUp();
    this.#awaiting += 1;
    try {
      await whileItLasts(this.#started().loaded, signal);
    } finally {
      this.#awaiting -= 1;
      this.#endUselessLoad();
    }
  }

  /**
   * Runs one text when it is its turn. Once `signal` is aborted, the text is not started, or its
   * process is killed. Never rejects.
   */
  run(
    text: string,
    { data = () => undefined, signal, allowance }: RunOptions = {},
  ): Promise<Outcome<R>> {
    if (signal?.aborted) return Promise.resolve(OUT_OF_TIME);
    const { promise, resolve } = Promise.withResolvers<Outcome<R>>();
    this.#signals.follow(signal);
    this.#waiting.push({ text, data, signal, allowance, settle: resolve, settled: false });
    void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    let fruitless = 0;
    while (this.#waiting.length > 0) {
      const fault = await this.#runNext();
      fruitless = fault === undefined ? 0 : fruitless + 1;
      if (fault === undefined || fruitless < FRUITLESS_MAX) continue;
      for (const task of this.#waiting.splice(0)) settle(task, componentFault(fault));
    }
    this.#isWorking = false;
  }

  /** Returns the reason if the process died before it started a text, and we did not kill it. */
  async #runNext(): Promise<string | undefined> {
    const child = this.#started();
    const loaded = await child.loaded.then(
      () => true,
      () => false,
    );
    // The callers may have given up while it loaded.
    const task = loaded ? this.#waiting.shift() : undefined;
    if (task === undefined) return loaded ? undefined : this.#faultOf(child, DIED_LOADING);
    this.#running = task;
    const { text, allowance } = task;
    const end = await child.run({ text, data: task.data(), allowance });
    this.#running = undefined;
    return this.#conclude(child, task, end);
  }

  #conclude(child: Child, task: Task<R>, end: RunEnd): string | undefined {
    if (end.kind === 'ended') {
      const outcome = end.outcome as Outcome<R>;
      settle(task, outcome);
      if (this.#mayRunOn(outcome)) this.#kill();
    } else if (end.begun) {
      settle(task, { kind: 'died', crash: 'exit', reason: end.reason });
    } else {
      if (!task.settled) this.#waiting.unshift(task);
      return this.#faultOf(child, end.reason);
    }
    return undefined;
  }

  /** A process that we killed ourselves is not at fault. */
  #faultOf(child: Child, reason: string): string | undefined {
    return child === this.#child ? reason : undefined;
  }

  #started(): Child {
    if (this.#child === undefined || this.#child.isGone) {
      this.#child = new Child(this.#url, this.#options.settings ?? null);
    }
    return this.#child;
  }

  /**
   * The invocation has ended: settles its unfinished texts, and kills the process that runs one of
   * them.
   */
  #end(signal: AbortSignal): void {
    const running = this.#running;
    for (const task of running === undefined ? this.#waiting : [...this.#waiting, running]) {
      if (task.signal === signal) settle(task, OUT_OF_TIME);
    }
    this.#waiting = this.#waiting.filter((task) => !task.settled);
    if (running?.settled) this.#kill();
    this.#endUselessLoad();
  }

  /**
   * Kills a process that is still loading if nobody needs it: it must not go on in a later
   * invocation.
   */
  #endUselessLoad(): void {
    const isWanted = this.#waiting.length > 0 || this.#awaiting > 0;
    if (!isWanted && this.#child?.hasLoaded === false) this.#kill();
  }

  #kill(): void {
    this.#child?.kill();
    this.#child = undefined;
  }

  /**
   * V8 does not interrupt every loop, so a text that ran out of time may keep running next to the
   * next one.
   */
  #mayRunOn(outcome: Outcome<R>): boolean {
    if (outcome.kind === 'slow') return true;
    if (outcome.kind === 'died') return outcome.crash === 'timeout';
    return outcome.kind === 'finished' && (this.#options.mayRunOn?.(outcome.result) ?? false);
  }
}
