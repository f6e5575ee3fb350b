import { Child, DIED_LOADING, type OwnProcessSettings, type RunEnd } from './child.ts';
import { type Judging, Signals, timeUp, whileItLasts } from './invocation.ts';
import type { Judgement } from './pool.ts';
import { componentFault, NONE_OFF, OUT_OF_TIME, settle, type Task } from './task.ts';

/** Deaths in a row without a text begun, after which the component counts as broken (R09). */
const FRUITLESS_MAX = 3;

/**
 * Judges texts in a child process, in order and one at a time, so that each is alone in it. What
 * kills the process (a signal, a crash of V8, the memory that the kernel refuses) is seen from here:
 * its culprit is the text that was running, for certain, and those that wait go to a fresh process.
 * Started on demand, for most environments never need one, and kept as long as it lives.
 */
export class OwnProcess implements Judging {
  readonly #url: URL;
  readonly #settings: OwnProcessSettings;
  readonly #signals = new Signals((signal) => this.#end(signal));
  #child: Child | undefined;
  #running: Task | undefined;
  #waiting: Task[] = [];
  /** Callers of `ready()` that wait. */
  #awaiting = 0;
  #isWorking = false;

  constructor(url: URL, settings: OwnProcessSettings) {
    this.#url = url;
    this.#settings = settings;
  }

  /** Resolves once the process has loaded; rejects where it cannot: a fault of our own (R09). */
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
   * The verdict on one text, in its turn. Once `signal` is aborted it is not begun, or its process
   * is ended (R61). Never rejects.
   */
  judge(
    text: string,
    submittedAt: number,
    off = NONE_OFF,
    signal?: AbortSignal,
    source?: string,
  ): Promise<Judgement> {
    if (signal?.aborted) return Promise.resolve(OUT_OF_TIME);
    const { promise, resolve } = Promise.withResolvers<Judgement>();
    this.#signals.follow(signal);
    const waiting = { text, submittedAt, off, signal, source, settle: resolve, settled: false };
    this.#waiting.push(waiting);
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

  /** Answers why, where the process died by itself before it began a text. */
  async #runNext(): Promise<string | undefined> {
    const child = this.#started();
    const loaded = await child.loaded.then(
      () => true,
      () => false,
    );
    // While it loaded, those that waited may have gone.
    const task = loaded ? this.#waiting.shift() : undefined;
    if (task === undefined) return loaded ? undefined : this.#faultOf(child, DIED_LOADING);
    this.#running = task;
    const { text, submittedAt, off, source } = task;
    const end = await child.run({ text, submittedAt, off: off(), source });
    this.#running = undefined;
    return this.#conclude(child, task, end);
  }

  #conclude(child: Child, task: Task, end: RunEnd): string | undefined {
    if (end.kind === 'judged') {
      settle(task, end.judgement);
      if (mayRunOn(end.judgement)) this.#kill();
    } else if (end.begun) {
      settle(task, { kind: 'crash', crash: 'exit', reason: end.reason });
    } else {
      if (!task.settled) this.#waiting.unshift(task);
      return this.#faultOf(child, end.reason);
    }
    return undefined;
  }

  /** Whom we ended ourselves has no fault. */
  #faultOf(child: Child, reason: string): string | undefined {
    return child === this.#child ? reason : undefined;
  }

  #started(): Child {
    if (this.#child === undefined || this.#child.isGone) {
      this.#child = new Child(this.#url, this.#settings);
    }
    return this.#child;
  }

  /** Its invocation is over: answers what is not finished, and ends the process that runs it. */
  #end(signal: AbortSignal): void {
    const running = this.#running;
    for (const task of running === undefined ? this.#waiting : [...this.#waiting, running]) {
      if (task.signal === signal) settle(task, OUT_OF_TIME);
    }
    this.#waiting = this.#waiting.filter((task) => !task.settled);
    if (running?.settled) this.#kill();
    this.#endUselessLoad();
  }

  /** Nobody wants it any more, and it must not go on in a later invocation. */
  #endUselessLoad(): void {
    const isWanted = this.#waiting.length > 0 || this.#awaiting > 0;
    if (!isWanted && this.#child?.hasLoaded === false) this.#kill();
  }

  #kill(): void {
    this.#child?.kill();
    this.#child = undefined;
  }
}

/** V8 does not interrupt every loop: what ran out of time may go on beside the next text. */
function mayRunOn(judgement: Judgement): boolean {
  if (judgement.kind === 'unjudged') return false;
  if (judgement.kind === 'crash') return judgement.crash === 'timeout';
  return judgement.pluginCrashes?.some(({ crash }) => crash === 'timeout') ?? false;
}
