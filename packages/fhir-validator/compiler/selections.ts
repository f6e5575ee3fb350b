/**
 * Checks that the configured packages have the profiles in `fhir.profiles` and in the sources' own
 * settings.
 */
import { PackageError } from '../packages/fhir-package.ts';
import type { Selection, Selections } from '../runtime/selection.ts';
import type { GuidePackage } from './guide/library.ts';

export function selectionsOf(
  everybody: Selection,
  bySource: Readonly<Record<string, Selection>>,
  configured: readonly GuidePackage[],
): Selections {
  const types = new Map(
    configured.flatMap(({ definitions }) =>
      definitions.structures.map((each) => [each.url, each.type] as const),
    ),
  );
  check('fhir.profiles', everybody, types);
  for (const [source, selection] of Object.entries(bySource)) {
    check(`fhir.profilesBySource.${source}`, selection, types);
  }
  return {
    default: everybody,
    sources: Object.fromEntries(
      Object.entries(bySource).map(([source, own]) => [source, { ...everybody, ...own }]),
    ),
  };
}

function check(key: string, selection: Selection, types: ReadonlyMap<string, string>): void {
  for (const [type, { always, ifNoneDeclared }] of Object.entries(selection)) {
    for (const url of [...always, ...ifNoneDeclared]) {
      const found = types.get(url);
      if (found === type) continue;
      const why =
        found === undefined ? 'which is in no configured package' : `a profile of ${found}`;
      throw new PackageError(`${key}.${type} names ${url}, ${why}`);
    }
  }
}
