/** Functions that ask the FHIR model, or that FHIR adds to FHIRPath. */
import { jsonName } from '../type-model.ts';
import { Unsupported } from './ast.ts';
import {
  type Collection,
  definite,
  type Item,
  listCode,
  type Single,
  single,
  some,
  typesOf,
} from './collection.ts';
import { and, FALSE, or, TRUE, text } from './js.ts';
import { children, flatMap, isPrimitiveType } from './navigate.ts';
import { combined } from './operators.ts';
import { freshVariable, runtime, type Scope } from './scope.ts';

export function hasValue(of: Single, scope: Scope): string {
  return some(of, (item) => {
    if (!item.types.some((type) => isPrimitiveType(type, scope))) return FALSE;
    return `${item.value} != null`;
  });
}

/** Typed: so `children().element` asks only where there is an `element`. */
export function allChildren(of: Collection, scope: Scope): Collection {
  const { types } = scope.compilation;
  const names = typesOf(of).flatMap((type) => types.get(type)?.elements ?? []);
  if (names.length === 0) throw new Unsupported('children() of an unknown type');
  const found = [...new Set(names.map(({ name }) => name))].map((name) =>
    children(of, name, scope),
  );
  return found.reduce(combined);
}

/** Visited one by one: a list of them would weigh as much as the resource. */
export function allDescendants(of: Collection, scope: Scope): Collection {
  const list = listCode(of);
  return {
    kind: 'many',
    types: [],
    some: (test) => {
      const value = freshVariable(scope, 'v');
      const inner = test({ value, present: TRUE, types: [] });
      return `${runtime(scope, 'someDescendant')}(${list}, (${value}) => ${inner})`;
    },
    list: () => `${runtime(scope, 'descendants')}(${list})`,
  };
}

/** Our own: `resolve()` as far as nobody needs to be asked. See overrides.ts. */
export function resolveContained(of: Collection, scope: Scope): Collection {
  const resolve = runtime(scope, 'resolveContained');
  const found = (item: Item): Single => {
    const isReference = item.types.includes('Reference');
    const value = `${resolve}(${item.value}${isReference ? '?.reference' : ''}, root)`;
    return single(value, ['Resource'], `${value} !== undefined`);
  };
  if (of.kind === 'many') return flatMap(of, found, scope);
  const items = of.items.flatMap((item) =>
    found(item).items.map((each) => ({ ...each, present: and(item.present, each.present) })),
  );
  return { kind: 'single', items };
}

/** Our own, for dom-3: see overrides.ts. */
export function containedIsReferenced(scope: Scope): Collection {
  const { types, constants } = scope.compilation;
  const isUri = (type: string) => type === 'uri' || types.get(type)?.base === 'uri';
  const names = [...types.values()].flatMap(({ elements }) =>
    elements.flatMap((element) =>
      element.types.filter(({ type }) => isUri(type)).map((use) => jsonName(element, use)),
    ),
  );
  constants.set('uriNames', `new Set(${text([...new Set(names)].sort())})`);
  const call = `${runtime(scope, 'containedIsReferenced')}(res, uriNames)`;
  return definite(or('res.contained === undefined', call));
}
