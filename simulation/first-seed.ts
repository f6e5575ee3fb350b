/** Where a command that is given no number begins. */
import { execFileSync } from 'node:child_process';

export const SEED_MAX = 1_000_000_000;
/** Below the highest one, because the seeds after the first one must be accepted too. */
const FIRST_MAX = SEED_MAX - 1_000_000;
const ROOT = new URL('..', import.meta.url);

/**
 * The same for the same committed content, so that a pipeline that failed can be run again, and each
 * change explores other seeds. Undefined where the content is not known: without Git, or with changes.
 */
export function seedOfContent(folder: string | URL = ROOT): number | undefined {
  try {
    // Untracked files are not asked for: what is committed does not read them.
    if (git(folder, 'status', '--porcelain', '--untracked-files=no') !== '') return undefined;
    return Number.parseInt(git(folder, 'rev-parse', 'HEAD^{tree}').slice(0, 12), 16) % FIRST_MAX;
  } catch {
    return undefined;
  }
}

export function randomSeed(): number {
  return Number(process.hrtime.bigint() % BigInt(FIRST_MAX));
}

function git(folder: string | URL, ...words: readonly string[]): string {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  return execFileSync('git', words, { cwd: folder, encoding: 'utf8', stdio: [...stdio] }).trim();
}
