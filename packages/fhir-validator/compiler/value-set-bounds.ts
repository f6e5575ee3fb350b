/**
 * What is known of a value set that only a terminology server can expand: the code systems of its
 * codes, and of some of these which codes at most. A filter on SNOMED CT, for example, passes no
 * code of another system.
 */
import type { Definitions, ValueSet } from './definitions.ts';
import { expandValueSet, included } from './value-sets.ts';

/** At most these codes, by code system. Undefined: any code of the system. */
export type Bound = Map<string, ReadonlySet<string> | undefined>;
type Include = NonNullable<NonNullable<ValueSet['compose']>['include']>[number];

/** Undefined if nothing is known of its code systems. */
export function boundOf(canonical: string, definitions: Definitions): Bound | undefined {
  return bound(canonical, definitions, new Set());
}

function bound(
  canonical: string,
  definitions: Definitions,
  asking: Set<string>,
): Bound | undefined {
  const url = canonical.split('|')[0] ?? '';
  const codes = expandValueSet(url, definitions);
  if (codes) return codes;
  const compose = definitions.valueSets.get(url)?.compose;
  if (!compose || asking.has(url)) return undefined;
  const within = new Set(asking).add(url);
  let all: Bound = new Map();
  for (const include of compose.include) {
    const some = includeBound(include, definitions, within);
    if (!some) return undefined;
    all = union(all, some);
  }
  for (const exclude of compose.exclude ?? []) {
    for (const [system, less] of included(exclude, definitions, within) ?? []) {
      const before = all.get(system);
      if (before) all.set(system, new Set(before).difference(less));
    }
  }
  return all;
}

/** All parts of an include apply: its code system, its codes and the value sets that it imports. */
function includeBound(
  { valueSet = [], ...own }: Include,
  definitions: Definitions,
  asking: Set<string>,
): Bound | undefined {
  const imports = valueSet.map((each) => bound(each, definitions, asking));
  const codes = included(own, definitions, asking);
  const ofSystem: Bound | undefined =
    own.system === undefined ? undefined : (codes ?? new Map([[own.system, undefined]]));
  const known = [ofSystem, ...imports].filter((each) => each !== undefined);
  const [first, ...others] = known;
  return first && others.reduce(intersection, first);
}

function union(left: Bound, right: Bound): Bound {
  const both: Bound = new Map(left);
  for (const [system, codes] of right) {
    const before = both.has(system) ? both.get(system) : new Set<string>();
    both.set(system, codes && before && new Set(before).union(codes));
  }
  return both;
}

function intersection(left: Bound, right: Bound): Bound {
  const both: Bound = new Map();
  for (const [system, codes] of left) {
    if (!right.has(system)) continue;
    const others = right.get(system);
    both.set(system, codes && others ? new Set(codes).intersection(others) : (codes ?? others));
  }
  return both;
}
