/** Functions that use the FHIR model, or that FHIR adds to FHIRPath. */
import { jsonName } from '../type-model.ts';
import { type Expression, Undecided, Unsupported } from './ast.ts';
import {
  boolean,
  type Collection,
  definite,
  type Item,
  listCode,
  optional,
  type Single,
  some,
  typesOf,
  valueCode,
} from './collection.ts';
import { and, FALSE, not, or, TRUE, text } from './js.ts';
import { children, flatMap, isPrimitiveType, onlyOne } from './navigate.ts';
import { combined } from './operators.ts';
import { freshVariable, runtime, type Scope } from './scope.ts';
import { typeTest } from './type-tests.ts';

const BASE_URL = 'http://hl7.org/fhir/StructureDefinition/';

export function hasValue(of: Single, scope: Scope): string {
  return some(of, (item) => {
    if (!item.types.some((type) => isPrimitiveType(type, scope))) return FALSE;
    return `${item.value} != null`;
  });
}

/** The value of a primitive. Empty for anything else. */
export function primitiveValue(of: Single, scope: Scope): Single {
  const items = of.items.flatMap(({ value, present, types }): Item[] => {
    if (!types.some((type) => isPrimitiveType(type, scope))) return [];
    return [{ value, present: and(present, `${value} != null`), types }];
  });
  return { kind: 'single', items };
}

/**
 * Returns typed children, so that `children().element` reads only objects that can have an
 * `element`.
 */
export function allChildren(of: Collection, scope: Scope): Collection {
  const { types } = scope.compilation;
  const names = typesOf(of).flatMap((type) => types.get(type)?.elements ?? []);
  if (names.length === 0) throw new Unsupported('children() of an unknown type');
  const found = [...new Set(names.map(({ name }) => name))].map((name) =>
    children(of, name, scope),
  );
  return found.reduce(combined);
}

/** Visits descendants one by one: a list of them would need as much memory as the resource. */
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

/** Our own function: `resolve()` without a request to a server. See overrides.ts. */
export function resolveContained(of: Collection, scope: Scope): Collection {
  const resolve = runtime(scope, 'resolveContained');
  const found = (item: Item): Single => {
    const isReference = item.types.includes('Reference');
    const value = `${resolve}(${item.value}${isReference ? '?.reference' : ''}, root)`;
    return optional(value, ['Resource']);
  };
  if (of.kind === 'many') return flatMap(of, found, scope);
  const items = of.items.flatMap((item) =>
    found(item).items.map((each) => ({ ...each, present: and(item.present, each.present) })),
  );
  return { kind: 'single', items };
}

/** `resolve()` within the resource and its Bundle. A resource elsewhere counts as absent. */
export function resolveReference(of: Collection, scope: Scope): Collection {
  const found = (item: Item): Single => {
    const value = `${runtime(scope, 'resolvedAnywhere')}(${item.value}, r)`;
    return optional(value, ['Resource']);
  };
  return flatMap(of, found, scope);
}

/** Tests the codes of a value set whose codes the package lists. */
export function memberOf(of: Collection, url: Expression | undefined, scope: Scope): Collection {
  if (url?.kind !== 'literal' || url.type !== 'string') {
    throw new Unsupported('memberOf() of what is no literal');
  }
  const { valueSet } = scope.compilation;
  const set = valueSet?.(String(url.value));
  if (set === undefined) throw new Undecided(`memberOf() of ${url.value}, which is not decided`);
  const test = ({ value }: Item) => `isInSet(${value}, ${set})`;
  const isThere = ({ value }: Item) => `${value} != null`;
  return boolean(
    some(of, (item) => and(isThere(item), test(item))),
    some(of, (item) => and(isThere(item), not(test(item)))),
  );
}

/** Tests whether a resource conforms to a profile that is loaded, or is of a base type. */
export function conformsTo(of: Collection, url: Expression | undefined, scope: Scope): Collection {
  if (url?.kind !== 'literal' || url.type !== 'string') {
    throw new Unsupported('conformsTo() of what is no literal');
  }
  const one = onlyOne(of, scope);
  const test = (item: Item) => conformance(item, String(url.value), scope);
  return boolean(
    some(one, test),
    some(one, (item) => not(test(item))),
  );
}

function conformance(item: Item, url: string, scope: Scope): string {
  const { types, profileTest } = scope.compilation;
  const name = url.startsWith(BASE_URL) ? url.slice(BASE_URL.length) : '';
  const type = types.get(name);
  // Only a resource says what it is, and never that it is one of DomainResource.
  if (type !== undefined && (type.kind !== 'resource' || type.isAbstract)) {
    if (typeTest(item, name, scope) === TRUE) return TRUE;
    throw new Unsupported(`conformsTo() of ${url}, which the value may not be`);
  }
  const test = profileTest?.(url, item.value);
  if (test === undefined) throw new Unsupported(`conformsTo() of ${url}, which is not loaded`);
  return `(${test})`;
}

/** Our own function: after the other date in each zone that they may be in. See overrides.ts. */
export function isSurelyAfter(of: Single, other: Single, scope: Scope): Collection {
  const order = `${runtime(scope, 'compareDates')}(${valueCode(of)}, ${valueCode(other)})`;
  return definite(`${order} > 0`);
}

/** Our own function, for dom-3: see overrides.ts. */
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
