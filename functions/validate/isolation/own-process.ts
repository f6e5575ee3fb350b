import { type ChildProcess, fork } from 'node:child_process';
import { ComponentFault } from '../../component-fault.ts';
import type { PluginSettings } from '../plugins/settings.ts';
import type { Judgement, PoolSettings } from './pool.ts';
import type { WorkerOptions } from './worker-thread.ts';

/** As JSON: what is compiled does not go to another process, so it loads plugins by itself. */
export interface OwnProcessSettings
  extends Omit<PoolSettings, 'url' | 'size' | 'spares' | 'options'> {
  readonly options: Omit<WorkerOptions, 'plugins'>;
  readonly plugins?: readonly PluginSettings[];
  readonly pluginMemoryMb?: number;
}

/** A text to judge, and when it was submitted (epoch ms). */
export interface OwnProcessTask {
  readonly text: string;
  readonly submittedAt: number;
  readonly off: readonly number[];
  readonly source?: string | undefined;
}

/**
 * A child process that judges one text at a time, kept for the next as long as it lives. Started on
 * demand: most environments never need one. What kills it (a signal, a crash of V8, the memory that
 * the kernel refuses) is seen from here, so that its culprit is known for certain, as that of a
 * worker thread is.
 */
export class OwnProcess {
  readonly #url: URL;
  readonly #settings: OwnProcessSettings;
  #child: ChildProcess | undefined;
  #stopped: (() => void) | undefined;

  constructor(url: URL, settings: OwnProcessSettings) {
    this.#url = url;
    this.#settings = settings;
  }

  /** Resolves once the process has loaded; rejects where it cannot: a fault of our own (R09). */
  async ready(): Promise<void> {
    if (this.#child?.connected) return;
    // Lambda's own flags (heap limits for the whole memory) are not for this process.
    const child = fork(this.#url, [JSON.stringify(this.#settings)], { execArgv: [] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      const died = () => reject(new ComponentFault('a process died while it loaded'));
      child.once('message', () => {
        child.off('exit', died);
        resolve();
      });
      child.once('exit', died);
      child.once('error', reject);
    });
    letUsEnd(child, true);
  }

  /** The verdict on one text. Never rejects; call it once `ready()` has resolved. */
  judge(
    text: string,
    submittedAt: number,
    off: () => readonly number[] = () => [],
    source?: string,
  ): Promise<Judgement> {
    const { promise, resolve } = Promise.withResolvers<Judgement>();
    const child = this.#child;
    if (!child?.connected) return Promise.resolve(componentFault('it was gone before it began'));
    letUsEnd(child, false);
    const answered = (judgement: unknown) => resolve(judgement as Judgement);
    const died = (code: number | null, signal: NodeJS.Signals | null) =>
      resolve({ kind: 'crash', crash: 'exit', reason: deathOf(code, signal) });
    this.#stopped = () => resolve({ kind: 'unjudged', because: 'out-of-time' });
    child.once('message', answered);
    child.once('exit', died);
    child.send(
      { text, submittedAt, off: off(), source } satisfies OwnProcessTask,
      (error) => error && resolve(componentFault('it did not take the text')),
    );
    return promise.finally(() => {
      child.off('message', answered);
      child.off('exit', died);
      letUsEnd(child, true);
    });
  }

  /** Out of time: answers what is not finished, and ends the process. */
  stop(): void {
    this.#stopped?.();
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}

/** Whether this process may end while that one lives. */
function letUsEnd(child: ChildProcess, yes: boolean): void {
  if (yes) {
    child.unref();
    child.channel?.unref();
  } else {
    child.ref();
    child.channel?.ref();
  }
}

function deathOf(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null
    ? `its process exited with code ${code}`
    : `its process was killed by ${signal}`;
}

function componentFault(reason: string): Judgement {
  return { kind: 'unjudged', because: 'component-fault', reason };
}
