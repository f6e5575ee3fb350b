import { afterEach, beforeEach } from 'vitest';
import { type FunctionName, type Functions, loadFunctions, type Role } from './functions.ts';
import { useEmulators } from './use-emulators.ts';
import { buildWorld, type World } from './world.ts';

export interface Stage {
  readonly world: World;
  readonly functions: Functions;
  /** Cold functions on the same world, which read their environment variables anew. */
  reload(): Promise<void>;
}

/**
 * Emulators for the tests of a file, and for each test a stage of its own with cold functions that get
 * `settings`: the named functions, or all. Valid only inside tests.
 */
export function useStage(
  settings: Record<string, unknown> = {},
  names?: readonly FunctionName[],
  role?: Role,
): Stage {
  useEmulators();
  const stage: { world?: World; functions?: Functions } = {};
  const load = async () => {
    stage.functions = await loadFunctions(names, role);
  };
  beforeEach(async () => {
    stage.world = await buildWorld(settings);
    await load();
  });
  afterEach(() => stage.functions?.close());
  return {
    get world() {
      return present(stage.world);
    },
    get functions() {
      return present(stage.functions);
    },
    async reload() {
      await stage.functions?.close();
      await load();
    },
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a stage exists inside tests only');
  return value;
}
