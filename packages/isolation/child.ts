/**
 * A child process that runs one text at a time, and its state. Every request has a number, and a
 * reply with another number is ignored. The process reports that it begins a text before it runs
 * it, so its death is caused by that text or by none.
 */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { IsolationFault } from './invocation.ts';
import type { Allowance, Outcome } from './outcome.ts';

/** A text to run, and the data that the worker gets with it. */
export interface OwnProcessTask {
  readonly number: number;
  readonly text: string;
  readonly data: unknown;
  readonly allowance: Allowance | undefined;
}

/** Messages of the process. */
export type OwnProcessWord =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'begun'; readonly number: number }
  | { readonly kind: 'ended'; readonly number: number; readonly outcome: Outcome<unknown> };

export const DIED_LOADING = 'a process died while it loaded';

/** How a request ended: by a reply, or by the death of the process. */
export type RunEnd =
  | { readonly kind: 'ended'; readonly outcome: Outcome<unknown> }
  | { readonly kind: 'died'; readonly begun: boolean; readonly reason: string };

interface Running {
  readonly number: number;
  begun: boolean;
  readonly finish: (end: RunEnd) => void;
}

export class Child {
  /** Rejects if the process dies before it has loaded. No text is at fault then. */
  readonly loaded: Promise<void>;
  hasLoaded = false;
  isGone = false;
  readonly #process: ChildProcess;
  readonly #loading = Promise.withResolvers<void>();
  #requests = 0;
  #running: Running | undefined;
  #exit = 'its process was lost';

  constructor(url: URL, settings: unknown) {
    this.loaded = this.#loading.promise;
    // The caller that awaits `loaded` handles the error, but there may be no such caller.
    this.loaded.catch(() => undefined);
    // Lambda's node flags (heap limits for the whole memory) must not apply to this process.
    const options: ForkOptions = { execArgv: [], serialization: 'advanced' };
    this.#process = fork(url, [JSON.stringify(settings)], options);
    this.#process.on('message', (word) => this.#hear(word as OwnProcessWord));
    this.#process.on('error', () => this.#leave());
    // The exit may be known before the last messages were read. The channel closes after the last
    // message.
    const gone = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    this.#process.once('exit', (code, signal) => {
      this.#exit = deathOf(code, signal);
      gone[0].resolve();
    });
    this.#process.once('disconnect', gone[1].resolve);
    void Promise.all(gone.map(({ promise }) => promise)).then(() => this.#leave());
  }

  /** Runs one text. The process must have loaded, and the previous text must have ended. */
  run(task: Omit<OwnProcessTask, 'number'>): Promise<RunEnd> {
    if (this.isGone) {
      return Promise.resolve({ kind: 'died', begun: false, reason: this.#exit });
    }
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    this.#requests += 1;
    const number = this.#requests;
    this.#running = { number, begun: false, finish: resolve };
    this.#mayOutlive(false);
    this.#process.send({ ...task, number } satisfies OwnProcessTask, (error) => {
      if (error !== null) this.kill();
    });
    return promise;
  }

  /** Kills the process and ignores its later messages: a stopped process may die much later. */
  kill(): void {
    this.#process.kill('SIGKILL');
    this.#leave();
  }

  #hear(word: OwnProcessWord): void {
    if (this.isGone) return;
    if (word.kind === 'loaded') {
      this.hasLoaded = true;
      this.#mayOutlive(true);
      this.#loading.resolve();
    } else if (word.number === this.#running?.number) {
      if (word.kind === 'begun') this.#running.begun = true;
      else this.#finish({ kind: 'ended', outcome: word.outcome });
    }
  }

  #leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.#mayOutlive(true);
    this.#loading.reject(new IsolationFault(DIED_LOADING));
    const begun = this.#running?.begun ?? false;
    this.#finish({ kind: 'died', begun, reason: this.#exit });
  }

  #finish(end: RunEnd): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#mayOutlive(true);
    running.finish(end);
  }

  /** Whether this child alone keeps the parent process running. */
  #mayOutlive(yes: boolean): void {
    if (yes) {
      this.#process.unref();
      this.#process.channel?.unref();
    } else {
      this.#process.ref();
      this.#process.channel?.ref();
    }
  }
}

function deathOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null
    ? `its process exited with code ${code}`
    : `its process was killed by ${signal}`;
}
