/** One MiniStack process on loopback, from start to a stop that leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ministackEnvironment } from './env.ts';
import { cacheFolder } from './virtual-environment.ts';

const READY_MS = 30_000;
const STOP_MS = 5000;
const POLL_MS = 50;

/** MiniStack does not start; the message says why, in one line. */
export class EmulatorFault extends Error {
  override readonly name = 'EmulatorFault';
}

export interface Ministack {
  readonly endpoint: string;
  /** Everything it printed, including its functions' logs. */
  readonly logFile: string;
  /** Resolves when the process is gone, for whatever reason. */
  readonly gone: Promise<void>;
  stop(): Promise<void>;
}

/** Starts it and waits until it answers. Throws {@link EmulatorFault}. */
export async function startMinistack(options: {
  python: string;
  port: number;
  env: NodeJS.ProcessEnv;
}): Promise<Ministack> {
  const { port, env } = options;
  if (await isTaken(port)) {
    throw new EmulatorFault(
      `127.0.0.1:${port} is taken: stop what listens there, or choose another by --port`,
    );
  }
  const folder = cacheFolder(env);
  await mkdir(folder, { recursive: true });
  const logFile = join(folder, `ministack-${port}.log`);
  const temporary = await mkdtemp(join(tmpdir(), 'ministack-'));
  const log = await open(logFile, 'w');
  const nodeFolder = dirname(process.execPath);
  // A process group of its own: Ctrl-C goes to the command first, and a stop reaches its functions.
  const child = spawn(options.python, ['-m', 'ministack'], {
    env: ministackEnvironment(env, { port, nodeFolder, temporary }),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
    cwd: temporary,
  });
  await log.close();
  const gone = once(child, 'exit').then(() => undefined);
  const stop = async () => {
    await stopGroup(child, gone);
    await rm(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await untilReady(endpoint, child);
  } catch (cause) {
    await stop();
    const said = (await readFile(logFile, 'utf8')).trim().split('\n').at(-1) ?? '';
    throw new EmulatorFault(`MiniStack did not start: ${said} (${logFile})`, { cause });
  }
  return { endpoint, logFile, gone, stop };
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', () => settle(false));
  });
}

async function untilReady(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended');
    const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
    if (answer?.ok) return;
    await delay(POLL_MS);
  }
  throw new Error(`no answer within ${READY_MS} ms`);
}

async function stopGroup(child: ChildProcess, gone: Promise<void>): Promise<void> {
  signalGroup(child, 'SIGTERM');
  await Promise.race([gone, delay(STOP_MS, undefined, { ref: false })]);
  // Its functions that are still alive, or all of it if it did not stop.
  signalGroup(child, 'SIGKILL');
  await gone;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
}
