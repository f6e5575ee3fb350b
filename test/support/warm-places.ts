/**
 * Where the environments of `validate` in tests validate texts. A test gets cold functions, but its workers
 * are those of the test before, if their settings are the same: to start three takes longer than most tests.
 */
import { availableParallelism } from 'node:os';
import { entryUrl } from '../../functions/validate/entry-url.ts';
import type { ValidateEnv } from '../../functions/validate/env.ts';
import { type StartedPlaces, startPlaces } from '../../functions/validate/validation-places.ts';

/** What no environment uses now, the last used first. */
let idle: { readonly key: string; readonly places: StartedPlaces }[] = [];
const IDLE_MAX = 2;

/** `giveBack` ends what still runs there, as the end of its environment would. */
export function takePlaces(env: ValidateEnv): {
  readonly places: StartedPlaces;
  giveBack(): Promise<void>;
} {
  const key = keyOf(env);
  const kept = idle.find((each) => each.key === key);
  idle = idle.filter((each) => each !== kept);
  const places = kept?.places ?? startPlaces(env, availableParallelism());
  return {
    places,
    async giveBack() {
      // A test may have changed the file of a plugin.
      if (env.settings.plugins.length > 0) return places.pool.close();
      places.pool.stop();
      idle.unshift({ key, places });
      for (const left of idle.splice(IDLE_MAX)) await left.places.pool.close();
    },
  };
}

/** Everything that {@link startPlaces} reads. */
function keyOf({ settings, terminology, chaos }: ValidateEnv): string {
  const { deadlineMs, cpuShare, heapOldMb, heapYoungMb } = settings;
  const { issuesMax, plugins, pluginMemoryMb } = settings;
  const confinement = { deadlineMs, cpuShare, heapOldMb, heapYoungMb };
  const workers = { ...confinement, issuesMax, plugins, pluginMemoryMb };
  return JSON.stringify([workers, chaos, terminology !== undefined, entryUrl('worker')]);
}
