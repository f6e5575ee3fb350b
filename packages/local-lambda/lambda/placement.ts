/**
 * Decides where an invocation may run. Environments are expensive here: each one compiles its code
 * again, and eight of them are no faster on two cores. So beyond the eager ones, a function gets
 * another environment only after waiting a while. (AWS's pollers also scale in steps: five at once,
 * then a few more per second.) The wait is shorter while one invocation holds an environment, as a
 * resource that hangs does: on AWS others work meanwhile. A function whose environment is still starting
 * also waits: two that start at once delay each other, and then there is often nothing left for the second.
 *
 * Where there is no room, an invocation replaces an environment only of a function that has more than its
 * own, so that two functions never evict each other in turns. If its function has one already, it waits a
 * while before: a busy one is nearly always free again before another has started.
 */

/** What the placement needs to know of an environment, which is used from the start of an invocation on. */
export type Resident = { functionName: string; busy: boolean; lastUsedAt: number };

export type PlacementPolicy = {
  /** Maximum number of environments of all functions. */
  max: number;
  /** Number of environments that a function gets without waiting, one after the other. */
  eager: number;
  /** How long an invocation waits until there is another environment for it. */
  patienceMs: number;
  /** The same while one of its function's environments has been busy with one invocation for as long. */
  heldMs: number;
};

/** An invocation that needs a place. `now` is `performance.now()`. */
export type Asking = { functionName: string; waitedMs: number; now: number };

export type Place<R extends Resident> =
  | { type: 'warm'; environment: R }
  | { type: 'new' }
  | { type: 'instead'; environment: R };

/** The place for one more invocation. Undefined if it has to wait. */
export function placeFor<R extends Resident>(
  { functionName, waitedMs, now }: Asking,
  residents: R[],
  policy: PlacementPolicy,
): Place<R> | undefined {
  const own = residents.filter((resident) => resident.functionName === functionName);
  const isOneHeld = own.some((resident) => now - busySince(resident, now) >= policy.heldMs);
  const waitedLong = waitedMs >= (isOneHeld ? policy.heldMs : policy.patienceMs);
  const warm = own.filter(({ busy }) => !busy).reduce<R | undefined>(latest, undefined);
  if (warm) return { type: 'warm', environment: warm };
  const isEnough = own.length >= policy.eager || own.some(isStarting);
  if (isEnough && !waitedLong) return undefined;
  if (residents.length < policy.max) return { type: 'new' };
  if (own.length > 0 && !waitedLong) return undefined;
  const victim = residents
    .filter(({ busy, functionName: other }) => !busy && count(residents, other) > own.length)
    .sort(
      (a, b) =>
        count(residents, b.functionName) - count(residents, a.functionName) ||
        a.lastUsedAt - b.lastUsedAt,
    )[0];
  return victim && { type: 'instead', environment: victim };
}

function busySince(resident: Resident, now: number): number {
  return resident.busy && !isStarting(resident) ? resident.lastUsedAt : now;
}

/** It has had no invocation yet. */
function isStarting({ busy, lastUsedAt }: Resident): boolean {
  return busy && lastUsedAt === 0;
}

function latest<R extends Resident>(a: R | undefined, b: R): R {
  return a && a.lastUsedAt > b.lastUsedAt ? a : b;
}

function count(residents: Resident[], functionName: string): number {
  return residents.filter((resident) => resident.functionName === functionName).length;
}
