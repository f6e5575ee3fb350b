import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder of a runtime: its logs, and with `--data` its stores. */
export type Home = { directory: string; logDir: string; close(): Promise<void> };

/** Resources lie in it. */
const OWNERS_ONLY = 0o700;

/** The data folder that was asked for cannot be used. */
export class HomeError extends Error {
  override readonly name = 'HomeError';
}

/** The data folder, or one that lasts as long as the runtime. */
export async function openHome(dataDir: string | undefined): Promise<Home> {
  const directory = dataDir ? resolve(dataDir) : await mkdtemp(join(tmpdir(), 'fhir-failsafe-'));
  const logDir = join(directory, 'logs');
  try {
    await mkdir(logDir, { recursive: true, mode: OWNERS_ONLY });
    // It may have been there before, for all to read.
    await chmod(directory, OWNERS_ONLY);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HomeError(`nothing can be kept in ${directory}: ${why}`, { cause });
  }
  return {
    directory,
    logDir,
    async close() {
      if (!dataDir) await rm(directory, { recursive: true, force: true });
    },
  };
}
