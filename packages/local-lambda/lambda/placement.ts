/**
 * Where an invocation may run. Environments are expensive here: each compiles its code again, and work that
 * keeps two cores busy is not done sooner by eight of them. So a function starts one more only up to the
 * eager ones, or after waiting a while (AWS's pollers also scale in steps: five at once, then a few more a
 * second), and takes another's place only from a function that has more than itself, so that two never
 * evict each other in turns.
 */

/** An environment as seen from here. */
export type Resident = { functionName: string; busy: boolean; lastUsedAt: number };

export type PlacementPolicy = {
  /** Maximum of environments over all functions. */
  max: number;
  /** Environments that a function gets without waiting. */
  eager: number;
};

export type Place<R extends Resident> =
  | { type: 'warm'; environment: R }
  | { type: 'new' }
  | { type: 'instead'; environment: R };

/** The place of one more invocation, or undefined if it has to wait. */
export function placeFor<R extends Resident>(
  functionName: string,
  waitedLong: boolean,
  residents: R[],
  policy: PlacementPolicy,
): Place<R> | undefined {
  const own = residents.filter((resident) => resident.functionName === functionName);
  const warm = own.filter(({ busy }) => !busy).reduce<R | undefined>(latest, undefined);
  if (warm) return { type: 'warm', environment: warm };
  if (own.length >= policy.eager && !waitedLong) return undefined;
  if (residents.length < policy.max) return { type: 'new' };
  const victim = residents
    .filter(({ busy, functionName: other }) => !busy && count(residents, other) > own.length)
    .sort(
      (a, b) =>
        count(residents, b.functionName) - count(residents, a.functionName) ||
        a.lastUsedAt - b.lastUsedAt,
    )[0];
  return victim && { type: 'instead', environment: victim };
}

function latest<R extends Resident>(a: R | undefined, b: R): R {
  return a && a.lastUsedAt > b.lastUsedAt ? a : b;
}

function count(residents: Resident[], functionName: string): number {
  return residents.filter((resident) => resident.functionName === functionName).length;
}
