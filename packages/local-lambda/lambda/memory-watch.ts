import pidusage from 'pidusage';
import type { Environment } from './environment.ts';

const INTERVAL_MS = 200;

/** Measures the resident size of all environments five times a second, until it is stopped. */
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
  // One call for all: on macOS each call starts a process. It rejects if all have just died.
  const pids = alive.map(({ pid }) => pid);
  const usage: Record<string, { memory: number } | null> = await pidusage(pids).catch(() => ({}));
  for (const environment of alive) {
    const size = usage[environment.pid];
    if (size && environment.alive) environment.measured(size.memory);
  }
}
