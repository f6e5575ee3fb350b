import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { getSystemErrorMessage } from 'node:util';

/** The folder of a runtime: its logs, and with `--data` its stores. */
export type Home = { directory: string; logDir: string; close(): Promise<void> };

/** It contains resources. */
const OWNERS_ONLY = 0o700;
/** Holds the process id of the runtime that uses the folder, and its host. */
const LOCK = 'in-use-by';
const TEMPORARY = 'fhir-failsafe-';

/** The requested data folder cannot be used. */
export class HomeError extends Error {
  override readonly name = 'HomeError';
}

/**
 * The data folder, locked for this process, or a temporary folder that is deleted when the runtime
 * stops.
 */
export async function openHome(dataDir: string | undefined): Promise<Home> {
  const directory = dataDir ? resolve(dataDir) : await temporaryFolder();
  const logDir = join(directory, 'logs');
  try {
    await makeFolder(logDir);
    // The folder may already exist and be readable by everybody.
    await chmod(directory, OWNERS_ONLY);
    await lock(directory);
  } catch (cause) {
    if (cause instanceof HomeError) throw cause;
    throw new HomeError(`nothing can be kept in ${directory}: ${whyOf(cause)}`, { cause });
  }
  return {
    directory,
    logDir,
    async close() {
      await rm(dataDir ? join(directory, LOCK) : directory, { recursive: true, force: true });
    },
  };
}

/** Creates each folder of the path in turn: Node's recursive variant never returns in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: OWNERS_ONLY });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: OWNERS_ONLY });
  }
}

async function temporaryFolder(): Promise<string> {
  try {
    await removeAbandoned();
    return await mkdtemp(join(tmpdir(), TEMPORARY));
  } catch (cause) {
    throw new HomeError(
      `no temporary folder can be made in ${tmpdir()}: ${whyOf(cause)}; set TMPDIR to one that can be written to`,
      { cause },
    );
  }
}

/**
 * Removes the temporary folders of runtimes that were killed: they hold resources. Containers may share the
 * folder for all of these, and have ids of processes and names of hosts of their own.
 */
async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(TEMPORARY));
  for (const name of names) {
    const directory = join(tmpdir(), name);
    const holder = await readFile(join(directory, LOCK), 'utf8').catch(() => '');
    const [pid = '', host] = holder.split('\n');
    // The folder of another user cannot be removed, and need not be.
    if (host === hostname() && !isAlive(Number.parseInt(pid, 10))) {
      await rm(directory, { recursive: true, force: true }).catch(() => {});
    }
  }
}

/** Two runtimes would overwrite each other's stores. A lock of a dead process does not count. */
async function lock(directory: string): Promise<void> {
  const file = join(directory, LOCK);
  for (;;) {
    try {
      await writeFile(file, `${process.pid}\n${hostname()}\n`, { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const holder = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
    if (isOther(holder)) {
      throw new HomeError(
        `${directory} is in use by process ${holder}: stop that one, or name another by --data (if it is no \`npm start\`, delete ${file})`,
      );
    }
    await rm(file, { force: true });
  }
}

/** Whether another process with this id is alive. After a restart of a container, ids repeat. */
function isOther(pid: number): boolean {
  return pid !== process.pid && isAlive(pid);
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** The system's text for an error, such as `permission denied`. */
function whyOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return 'errno' in cause && typeof cause.errno === 'number'
    ? getSystemErrorMessage(cause.errno)
    : cause.message;
}
