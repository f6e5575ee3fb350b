/**
 * Makes a failing run smaller, step by step, as long as it still breaks the same rule: fewer
 * submissions, then fewer faults. With less in it, the same seed gives another run, so the result
 * need not be the smallest.
 */

/** The part of a run that is left. */
export interface Reduced {
  /** Numbers of the submissions that are sent. */
  readonly only: readonly number[];
  /** Faults that are off, as `calls.lostAnswer`. */
  readonly without: readonly string[];
}

export interface Shrinking {
  /** Whether the rest still fails in the same way. */
  readonly fails: (reduced: Reduced) => Promise<boolean>;
  /** Asked before each try. */
  readonly isTimeUp: () => boolean;
  /** All faults that were drawn. */
  readonly faults: readonly string[];
}

/** Stops where the time is up, with the smallest that failed so far. */
export async function shrink(
  from: Reduced,
  { fails, isTimeUp, faults }: Shrinking,
): Promise<Reduced> {
  const stillFails = async (reduced: Reduced) => !isTimeUp() && (await fails(reduced));
  let reduced = from;
  const only = await fewest(from.only, (some) => stillFails({ ...reduced, only: some }));
  reduced = { ...reduced, only };
  for (const fault of faults) {
    const without = [...reduced.without, fault];
    if (await stillFails({ ...reduced, without })) reduced = { ...reduced, without };
  }
  return { ...reduced, only: await fewest(only, (some) => stillFails({ ...reduced, only: some })) };
}

/** Delta debugging: removes halves, then quarters, and so on, until nothing can be removed. */
async function fewest(
  all: readonly number[],
  fails: (some: readonly number[]) => Promise<boolean>,
): Promise<readonly number[]> {
  let rest = all;
  let parts = 2;
  while (rest.length > 1 && parts <= 2 * rest.length) {
    const size = Math.ceil(rest.length / parts);
    let isSmaller = false;
    for (let from = 0; from < rest.length && rest.length > 1; ) {
      const some = [...rest.slice(0, from), ...rest.slice(from + size)];
      if (some.length > 0 && (await fails(some))) {
        rest = some;
        isSmaller = true;
      } else from += size;
    }
    if (size === 1 && !isSmaller) break;
    parts = isSmaller ? Math.max(2, parts - 1) : parts * 2;
  }
  return rest;
}
