/**
 * One execution environment: a child process that runs the bundled code and gets one event at a
 * time. It is frozen when it asks for the next event, and killed where AWS would kill it (function
 * timeout, memory, failed init).
 */
import assert from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { moduleBeside } from '../module-beside.ts';
import type { FunctionSpec } from './function-spec.ts';
import {
  exited,
  type Failure,
  notStarted,
  type Outcome,
  outOfMemory,
  reported,
  responded,
  timedOut,
} from './outcome.ts';
import { ProcessGroup } from './process-group.ts';
import type { RuntimeApi, RuntimeMessage } from './runtime-api.ts';

const BOOTSTRAP = fileURLToPath(moduleBeside(import.meta.url, 'bootstrap'));
const INIT_TIMEOUT_MS = 10_000;
/**
 * Share of the function's memory for node's heap, as on AWS. V8 prefers these limits to a worker's
 * own.
 */
const OLD_SPACE_SHARE = 0.9;
const SEMI_SPACE_SHARE = 0.05;

/**
 * The event that the environment handles. Its outcome counts when the environment asks for the next
 * one.
 */
type Running = { requestId: string; outcome?: Outcome; done: (outcome: Outcome) => void };

type Surroundings = {
  api: RuntimeApi;
  onLine: (line: string) => void;
  /** Called each time that the environment is frozen. */
  onFrozen: () => void;
};

export class Environment {
  readonly spec: FunctionSpec;
  readonly logStream: string;
  /** Resolves when the process is gone. */
  readonly gone: Promise<unknown>;
  /** Largest resident size so far, in bytes. */
  memoryUsed = 0;
  /** `performance.now()` of its latest invocation. 0 before the first. */
  lastUsedAt = 0;
  busy = false;
  alive = true;
  #process: ChildProcess;
  #group: ProcessGroup;
  #init = Promise.withResolvers<Failure | undefined>();
  #invocation: Running | undefined;
  #next: ServerResponse | undefined;
  #unregister: () => void;
  #onFrozen: () => void;

  constructor(spec: FunctionSpec, id: string, { api, onLine, onFrozen }: Surroundings) {
    this.spec = spec;
    this.#onFrozen = onFrozen;
    this.logStream = `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${id}`;
    const { address, unregister } = api.register(id, (message) => this.#hear(message));
    this.#unregister = unregister;
    this.#process = spawn(process.execPath, [...heapFlags(spec.memoryMb), BOOTSTRAP], {
      cwd: spec.codeDirectory,
      // A process group of its own, with everything that it starts: frozen and killed as a whole.
      // Ctrl-C in the terminal reaches only us, and we stop in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...spec.variables,
        AWS_LAMBDA_RUNTIME_API: address,
        AWS_LAMBDA_LOG_STREAM_NAME: this.logStream,
        // Lets a store recognize the connections of this environment.
        AWS_SDK_UA_APP_ID: id,
      },
    });
    for (const output of [this.#process.stdout, this.#process.stderr]) {
      assert(output, 'output is piped');
      createInterface(output).on('line', onLine);
    }
    this.#group = new ProcessGroup(this.pid);
    // Not by `once` of node:events, which rejects if the process cannot be started.
    this.gone = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.once('error', (error) => {
      const failure = notStarted(error, spec.codeDirectory);
      onLine(`${failure.errorType}: ${failure.errorMessage}`);
      this.#end(failure);
    });
    this.#process.once('exit', (code, signal) => this.#end(exited(code, signal)));
    const timer = setTimeout(() => this.#end(timedOut(INIT_TIMEOUT_MS / 1000)), INIT_TIMEOUT_MS);
    this.#init.promise.finally(() => clearTimeout(timer));
  }

  get functionName(): string {
    return this.spec.name;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Resolves when the handler is loaded, or with the reason why it failed to load. */
  get initialized(): Promise<Failure | undefined> {
    return this.#init.promise;
  }

  /** Passes an event on and waits for its outcome. Only one at a time. */
  async invoke(requestId: string, payload: () => string): Promise<Outcome> {
    const next = this.#next;
    assert(!this.#invocation, 'an environment handles one event at a time');
    if (!next) return exited(null, 'SIGKILL');
    this.#next = undefined;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#invocation = { requestId, done: resolve };
    const { timeoutMs } = this.spec;
    const timer = setTimeout(() => this.#end(timedOut(timeoutMs / 1000)), timeoutMs);
    // The bootstrap runs what became due in the meantime before it passes the event on.
    this.#group.continueFrom('frozen');
    next.writeHead(200, {
      'lambda-runtime-aws-request-id': requestId,
      'lambda-runtime-deadline-ms': Date.now() + timeoutMs,
      'lambda-runtime-invoked-function-arn': this.spec.arn,
    });
    next.end(payload());
    return promise.finally(() => clearTimeout(timer));
  }

  /**
   * Stops the environment until it is released, because its share of the processor is used up. Its
   * timeout goes on.
   */
  hold(): void {
    this.#group.stopFor('held');
  }

  release(): void {
    this.#group.continueFrom('held');
  }

  /** Records the resident size in bytes, and kills an environment above its memory size. */
  measured(bytes: number): void {
    this.memoryUsed = Math.max(this.memoryUsed, bytes);
    if (bytes > this.spec.memoryMb * 1024 * 1024) this.#end(outOfMemory());
  }

  /** Kills the process without a failure. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#end(exited(null, 'SIGKILL'));
    await this.gone;
  }

  #hear(message: RuntimeMessage): void {
    switch (message.type) {
      case 'next':
        this.#next = message.answer;
        this.#group.stopFor('frozen');
        this.#onFrozen();
        this.#init.resolve(undefined);
        this.#settle();
        return;
      case 'init-error':
        this.#end(reported(message.payload));
        return;
      case 'error':
        this.#done(message.requestId, reported(message.payload));
        return;
      case 'response':
        this.#done(message.requestId, responded(message.payload));
    }
  }

  #done(requestId: string, outcome: Outcome): void {
    if (this.#invocation?.requestId === requestId) this.#invocation.outcome = outcome;
  }

  /**
   * Ends the running invocation. If the process has already responded, the response is the outcome.
   */
  #settle(otherwise?: Failure): void {
    const outcome = this.#invocation?.outcome ?? otherwise;
    if (outcome) this.#invocation?.done(outcome);
    this.#invocation = undefined;
  }

  #end(why: Failure): void {
    if (!this.alive) return;
    this.alive = false;
    this.#unregister();
    this.#init.resolve(why);
    this.#settle(why);
    this.#group.kill();
  }
}

function heapFlags(memoryMb: number): string[] {
  return [
    `--max-old-space-size=${Math.floor(memoryMb * OLD_SPACE_SHARE)}`,
    `--max-semi-space-size=${Math.floor(memoryMb * SEMI_SPACE_SHARE)}`,
  ];
}
