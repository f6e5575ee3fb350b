/** Where an environment of `validate` validates texts: its worker threads, and a separate process. */
import { entryUrl } from './entry-url.ts';
import type { ValidateEnv } from './env.ts';
import type { Places } from './parts.ts';
import { loadPlugins } from './plugins/load-plugins.ts';
import { type ValidationPool, validationPool } from './validation-pool.ts';
import { validationProcess } from './validation-process.ts';

export interface StartedPlaces extends Places {
  readonly pool: ValidationPool;
}

/** Starts the pool's workers, so that the first batch finds them warm; the process starts on demand. */
export function startPlaces(
  { settings, terminology, chaos }: ValidateEnv,
  size: number,
): StartedPlaces {
  const { deadlineMs, cpuShare, heapOldMb, heapYoungMb } = settings;
  const { issuesMax, plugins, pluginMemoryMb } = settings;
  // What Lambda gives it within its deadline. Where it gets more, it would only spin for longer.
  const deadlineCpuMs = Math.ceil(deadlineMs * cpuShare);
  const confinement = { deadlineMs, deadlineCpuMs, heapOldMb, heapYoungMb };
  const options = { chaos, issuesMax, undecided: terminology !== undefined };
  const compiled = loadPlugins(plugins, pluginMemoryMb, import.meta.url);
  return {
    pool: validationPool({
      ...confinement,
      options: { ...options, plugins: compiled },
      url: entryUrl('worker'),
      size,
    }),
    ownProcess: validationProcess(entryUrl('own-process'), {
      ...confinement,
      options,
      plugins,
      pluginMemoryMb,
    }),
  };
}
