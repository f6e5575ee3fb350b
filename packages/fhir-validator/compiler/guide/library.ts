/**
 * All packages of a build, and where each finds definitions: a canonical url is looked up in the
 * package itself, then in its dependencies, then in all other packages, and last in the base
 * specification.
 */
import type { CodeSystem, Definitions, StructureDefinition, ValueSet } from '../definitions.ts';

export interface GuidePackage {
  readonly id: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly definitions: Definitions;
}

export function labelOf({ id, version }: GuidePackage): string {
  return `${id}#${version}`;
}

export class Library {
  readonly packages: readonly GuidePackage[];
  readonly base: Definitions;
  readonly #structures = new Map<GuidePackage, ReadonlyMap<string, StructureDefinition>>();
  readonly #baseStructures: ReadonlyMap<string, StructureDefinition>;

  constructor(base: Definitions, packages: readonly GuidePackage[]) {
    this.base = base;
    this.packages = packages;
    this.#baseStructures = byUrl(base.structures);
    for (const each of packages) this.#structures.set(each, byUrl(each.definitions.structures));
  }

  /**
   * The first definition in order of lookup. If the canonical has a version, the first one of that
   * version if there is one.
   */
  structure(
    canonical: string,
    from: GuidePackage | undefined,
  ): { structure: StructureDefinition; of: GuidePackage | undefined } | undefined {
    const [url = '', version] = canonical.split('|', 2);
    const all = [
      ...this.#seenFrom(from).map((of) => ({ of, structure: this.#structures.get(of)?.get(url) })),
      { of: undefined, structure: this.#baseStructures.get(url) },
    ].flatMap(({ of, structure }) => (structure ? [{ of, structure }] : []));
    return all.find(({ structure }) => structure.version === version) ?? all[0];
  }

  /** Value sets and code systems as the package sees them. */
  definitionsFor(from: GuidePackage): Definitions {
    const nearestLast = [
      this.base,
      ...this.#seenFrom(from)
        .map((each) => each.definitions)
        .reverse(),
    ];
    return {
      structures: this.base.structures,
      valueSets: new Map(nearestLast.flatMap((each): [string, ValueSet][] => [...each.valueSets])),
      codeSystems: new Map(
        nearestLast.flatMap((each): [string, CodeSystem][] => [...each.codeSystems]),
      ),
    };
  }

  #seenFrom(from: GuidePackage | undefined): GuidePackage[] {
    const seen = new Set<GuidePackage>(from ? [from] : []);
    for (const each of seen) {
      for (const [id, version] of Object.entries(each.dependencies)) {
        const named = this.packages.filter((other) => other.id === id);
        const wanted = named.find((other) => other.version === version) ?? named[0];
        if (wanted) seen.add(wanted);
      }
    }
    for (const each of this.packages) seen.add(each);
    return [...seen];
  }
}

function byUrl(structures: readonly StructureDefinition[]): Map<string, StructureDefinition> {
  return new Map(structures.map((each) => [each.url, each]));
}
