/** The imports of a package's module: the runtime, and functions of other packages. */

/** Imports from the runtime: everything that a profile may call. */
export const IMPORTS = [
  "import {aggregated,choiceKey,conforms,countOf,few,imposed,inside,kept,list,lots,mismatch,oneOf,onlyTypes,someItem,targetConforms,targetTypeOf,unsliced,versioned,wrongType} from '../runtime/profile-checks.ts';",
  "import {advised,required,requiredUnit,uncoded} from '../runtime/profile-bindings.ts';",
  "import {outOfBounds,outOfRange,tooFar} from '../runtime/profile-limits.ts';",
  "import {tooLarge,tooLong,tooPrecise,tooShort,unlike} from '../runtime/profile-sizes.ts';",
  "import {broken,brokenAdvice} from '../runtime/invariants.ts';",
  "import {CodeSet,isInSet} from '../runtime/bindings.ts';",
  "import {equals} from '../runtime/json-match.ts';",
  "import {isObject} from '../runtime/object.ts';",
  "import {target} from '../rules/reference.ts';",
  "import {undecided} from '../runtime/open-bindings.ts';",
];

/** Imports of other profiles' functions, by the index of their module. */
export function importsOf(
  imports: ReadonlyMap<string, number>,
  fileOf: (index: number) => string,
): string[] {
  const byUnit = Map.groupBy(imports, ([, index]) => index);
  return [...byUnit].map(
    ([index, names]) => `import {${names.map(([name]) => name)}} from './${fileOf(index)}';`,
  );
}
