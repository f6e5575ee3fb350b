import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder of a runtime: its logs, and with `--data` its stores. */
export type Home = { directory: string; logDir: string; close(): Promise<void> };

/** The data folder that was asked for cannot be used. */
export class HomeError extends Error {
  override readonly name = 'HomeError';
}

/** The data folder, or one that lasts as long as the runtime. */
export async function openHome(dataDir: string | undefined): Promise<Home> {
  const directory = dataDir ? resolve(dataDir) : await mkdtemp(join(tmpdir(), 'fhir-failsafe-'));
  const logDir = join(directory, 'logs');
  await mkdir(logDir, { recursive: true }).catch((cause: Error) => {
    throw new HomeError(`nothing can be kept in ${directory}: ${cause.message}`, { cause });
  });
  return {
    directory,
    logDir,
    async close() {
      if (!dataDir) await rm(directory, { recursive: true, force: true });
    },
  };
}
