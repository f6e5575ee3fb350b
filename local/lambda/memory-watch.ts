import pidusage from 'pidusage';
import type { Environment } from './environment.ts';

const INTERVAL_MS = 200;

/** Measures the resident size of all environments, five times a second, until stopped. */
export function watchMemory(environments: () => Environment[]): { stop(): void } {
  let timer: NodeJS.Timeout | undefined = setTimeout(tick, INTERVAL_MS);

  async function tick(): Promise<void> {
    const alive = environments().filter((environment) => environment.alive);
    await Promise.all(alive.map(measure));
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

async function measure(environment: Environment): Promise<void> {
  // A process that has just died has no size.
  const usage = await pidusage(environment.pid).catch(() => undefined);
  if (usage && environment.alive) environment.measured(usage.memory);
}
