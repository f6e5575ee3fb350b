import { readFile } from 'node:fs/promises';
import pidusage from 'pidusage';
import type { Environment } from './environment.ts';

const INTERVAL_MS = 200;

/** Measures the resident size of all environments, with the processes that they started, until it is stopped. */
export function watchMemory(environments: () => Environment[]): { stop(): void } {
  let timer: NodeJS.Timeout | undefined = setTimeout(tick, INTERVAL_MS);

  async function tick(): Promise<void> {
    await measure(environments().filter((environment) => environment.alive));
    timer = timer && setTimeout(tick, INTERVAL_MS);
  }

  return {
    stop() {
      clearTimeout(timer);
      timer = undefined;
      pidusage.clear();
    },
  };
}

async function measure(alive: Environment[]): Promise<void> {
  if (alive.length === 0) return;
  const groups = await Promise.all(alive.map(({ pid }) => withChildren(pid)));
  // One call for all: on macOS each call starts a process. It rejects if all have just died.
  const usage: Usage = await pidusage(groups.flat()).catch(() => ({}));
  for (const [n, environment] of alive.entries()) {
    const sizes = (groups[n] ?? []).map((pid) => usage[pid]?.memory ?? 0);
    if (environment.alive) environment.measured(sizes.reduce((sum, size) => sum + size));
  }
}

type Usage = Readonly<Record<string, { memory: number } | null>>;

/**
 * A process and those that it started: Lambda's limit is for all of an environment. Only Linux tells, and of a
 * process only what its main thread started.
 */
async function withChildren(pid: number): Promise<number[]> {
  const listed = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const children = listed.split(' ').map(Number);
  const below = await Promise.all(children.filter((each) => each > 0).map(withChildren));
  return [pid, ...below.flat()];
}
