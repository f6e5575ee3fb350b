import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Access } from '../access/access.ts';
import type { OnRefused } from '../access/permissions.ts';
import { type Call, type CallOrder, callsTo } from './calls.ts';
import { hearRefusals } from './refusals.ts';

/** What an emulator's thread gets at its start; port 0 means a free one. */
export type EmulatorData = { port: number; access?: Access; dataDir?: string };

/** A later message to an emulator's thread: to stop, to drop a client's idle connections, or a call. */
export type EmulatorOrder = 'stop' | { lose: string } | CallOrder;

/** An emulator that listens on 127.0.0.1. */
export type Emulator = {
  endpoint: string;
  /** For the emulator of SQS: performs an action in its thread. */
  call: Call;
  /** Drops the idle connections of this client (its AWS_SDK_UA_APP_ID) without telling it. */
  loseConnections(clientId: string): void;
  stop(): Promise<void>;
};

/** An emulator could not start, or its thread died. */
export class EmulatorError extends Error {
  override readonly name = 'EmulatorError';
}

/**
 * Runs an emulator in a thread of its own. On two cores, 5,000 receives, conditional puts and
 * deletes take 2.2 s with dynalite in its own thread, and 3.3 s with everything in one thread.
 * Also, dynalite throws if a client dies during a request, and this must not end the runtime. If
 * the thread dies later, the error is uncaught on purpose: the runtime cannot continue without it.
 */
export async function startEmulator(
  entry: URL,
  data: EmulatorData,
  onRefused: OnRefused = () => {},
): Promise<Emulator> {
  const thread = new Worker(entry, {
    workerData: data,
    execArgv: [],
    env: { ...EMULATOR_ENV, ...compileCache() },
  });
  const name = entry.pathname.split('/').at(-1) ?? '';
  const port = await started(thread, name);
  hearRefusals(thread, onRefused);
  const died = () => {
    throw new EmulatorError(`${name} died`);
  };
  thread.once('exit', died);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    call: callsTo(thread),
    loseConnections: (lose) => send(thread, { lose }),
    async stop() {
      thread.off('exit', died);
      if (thread.threadId === -1) return;
      const ended = once(thread, 'exit');
      send(thread, 'stop');
      await ended;
    },
  };
}

/** The emulators build ARNs from these. They get no other environment variable of ours, but where compiled code is kept. */
const EMULATOR_ENV = { AWS_ACCOUNT_ID: '000000000000', AWS_REGION: 'us-east-1' };

/** A thread does not inherit it. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

function send(thread: Worker, order: EmulatorOrder): void {
  thread.postMessage(order);
}

function started(thread: Worker, name: string): Promise<number> {
  const start = Promise.withResolvers<number>();
  const failed = (cause: unknown) =>
    start.reject(new EmulatorError(`${name} did not start: ${String(cause)}`, { cause }));
  thread.once('message', start.resolve);
  thread.once('error', failed);
  thread.once('exit', failed);
  return start.promise.finally(() => {
    thread.off('error', failed);
    thread.off('exit', failed);
  });
}
