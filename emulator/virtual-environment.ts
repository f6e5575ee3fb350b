/**
 * MiniStack's own Python environment, made once under the user's cache: it survives `npm ci`, and
 * nothing of the machine's Python is touched.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
/** What the pinned packages need; a Debian without python3-venv lacks `ensurepip`. */
const PROBE =
  'import sys, venv, ensurepip; assert sys.version_info >= (3, 10); print(sys.executable)';
const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

/** The machine lacks what the emulator needs. The message is one line that says what to do. */
export class MissingPython extends Error {
  override readonly name = 'MissingPython';
}

/** Folder of everything of ours that is kept between runs. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fhir-failsafe');
}

/** The first Python that can create the virtual environment. Throws {@link MissingPython}. */
async function findPython(): Promise<string> {
  for (const name of CANDIDATES) {
    const found = await run(name, ['-c', PROBE]).catch(() => undefined);
    if (found) return found.stdout.trim();
  }
  throw new MissingPython(
    'MiniStack needs python3, 3.10 or newer, with venv and pip (Debian and Ubuntu: apt install python3-venv)',
  );
}

/**
 * Path of a Python that can run MiniStack, installed if it is not there yet.
 * @param say gets a line before steps that take seconds
 * @throws MissingPython if this machine cannot have it
 */
export async function ministackPython(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<string> {
  const requirements = await readFile(REQUIREMENTS, 'utf8');
  const stamp = createHash('sha256').update(requirements).digest('hex');
  const folder = join(cacheFolder(env), 'ministack');
  const python = join(folder, 'bin', 'python');
  const stampFile = join(folder, 'stamp');
  const installed = await readFile(stampFile, 'utf8').catch(() => undefined);
  if (installed === stamp && (await runs(python))) return python;

  say(`installing MiniStack under ${folder}, a few seconds, once`);
  await rm(folder, { recursive: true, force: true });
  await run(await findPython(), ['-m', 'venv', folder]);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await run(python, [...pip, '--require-hashes', '-r', REQUIREMENTS]).catch((cause: unknown) => {
    const said = cause instanceof Error ? (cause.message.trim().split('\n').at(-1) ?? '') : '';
    throw new MissingPython(`pip could not install MiniStack: ${said}`, { cause });
  });
  // Last, so that an interrupted installation is made again.
  await writeFile(stampFile, stamp);
  return python;
}

/** The Python that created the virtual environment may be gone. */
const runs = (python: string) =>
  run(python, ['-c', 'import ministack']).then(
    () => true,
    () => false,
  );
