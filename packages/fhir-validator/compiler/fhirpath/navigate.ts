/**
 * Compiles the steps of a path: from an item to its child elements, according to the type model.
 */
import { type ElementModel, jsonName, type TypeDefinition, type TypeUse } from '../type-model.ts';
import {
  type Collection,
  EMPTY,
  type Item,
  type Many,
  optional,
  type Single,
  some,
  typesOf,
} from './collection.ts';
import { and, or, TRUE, text } from './js.ts';
import { freshVariable, runtime, type Scope } from './scope.ts';

const NO_SIBLING = 'undefined';

/** All children with that name of all items of a collection. */
export function children(of: Collection, name: string, scope: Scope): Collection {
  if (of.kind === 'many') return flatMap(of, (item) => childrenOf(item, name, scope), scope);
  const found = of.items
    .map((item) => ({ item, child: childrenOf(item, name, scope) }))
    .filter(({ child }) => child.kind === 'many' || child.items.length > 0);
  const singles = found.flatMap(({ item, child }) =>
    child.kind === 'many' ? [] : [child.items.map((each) => behind(item, each))],
  );
  if (singles.length === found.length) return { kind: 'single', items: singles.flat() };
  const [only] = found;
  if (only && found.length === 1 && isImplied(only.item)) return only.child;
  return flatMap(of, (item) => childrenOf(item, name, scope), scope);
}

/** A child of an item that was filtered or computed is present only if that item is. */
function behind(parent: Item, child: Item): Item {
  return isImplied(parent) ? child : { ...child, present: and(parent.present, child.present) };
}

function isImplied({ present, value }: Item): boolean {
  return present === TRUE || present === `${value} !== undefined`;
}

/** Applies a lambda to every item and joins the resulting collections in order. */
export function flatMap(of: Collection, map: (item: Item) => Collection, scope: Scope): Many {
  const types = new Set<string>();
  let isAny = false;
  some(of, (item) => {
    const mapped = map(item);
    const found =
      mapped.kind === 'many' ? mapped.types : mapped.items.flatMap((each) => each.types);
    for (const type of found) types.add(type);
    if (found.length === 0 && !(mapped.kind === 'single' && mapped.items.length === 0))
      isAny = true;
    return 'true';
  });
  return {
    kind: 'many',
    types: isAny ? [] : [...types],
    some: (test) => some(of, (item) => some(map(item), test)),
    list: () => {
      const out = freshVariable(scope, 'o');
      const push = some(of, (item) =>
        some(map(item), (inner) => `${runtime(scope, 'add')}(${out}, ${inner.value})`),
      );
      return `${runtime(scope, 'collect')}((${out}) => ${push})`;
    },
  };
}

/** Children of one item. If the item may have several types, all need the same JSON shape. */
function childrenOf(item: Item, name: string, scope: Scope): Collection {
  if (item.types.length === 0) return dynamic(item, [name], scope);
  const { types } = scope.compilation;
  const found = item.types
    .flatMap((type) => concreteTypes(type, scope))
    .flatMap((type) => elementsNamed(name, types.get(type)));
  // A choice of primitive and other types has no `id` or `extension` of one JSON shape.
  const isOfPrimitive = found.every(({ type }) => type.kind === 'primitive');
  const base = isOfPrimitive ? item.sibling : item.value;
  const elements = found.map(({ element }) => element);
  if (base === undefined || elements.length === 0) return EMPTY;
  const shape = shapeOf(elements);
  // An array in some resource types, but not in others: possible in a path from `%resource`.
  const isMixed = elements.some((element) => element.isArray !== shape.isArray);
  if (isMixed) return dynamic(item, [...shape.names.keys()], scope);
  return shape.isArray ? array(base, shape, scope) : alternatives(base, shape, scope);
}

interface FoundElement {
  readonly type: TypeDefinition;
  readonly element: ElementModel;
}

/** A primitive has only the elements of its `_` sibling. */
function elementsNamed(name: string, type: TypeDefinition | undefined): FoundElement[] {
  if (type === undefined || (type.kind === 'primitive' && name === 'value')) return [];
  const named = type.elements.filter((element) => element.name === name);
  // Guides also name a choice as JSON does, `valueString`. HL7's validator accepts that.
  const found = named.length > 0 ? named : type.elements.flatMap((each) => alternative(each, name));
  return found.map((element) => ({ type, element }));
}

/** A choice with only the type by which JSON has that name. */
function alternative(element: ElementModel, name: string): ElementModel[] {
  if (!name.startsWith(element.name)) return [];
  const types = element.types.filter((use) => jsonName(element, use) === name);
  return types.length > 0 ? [{ ...element, types }] : [];
}

interface Shape {
  readonly isArray: boolean;
  /** The JSON names, each with the types that it may have. */
  readonly names: ReadonlyMap<string, readonly TypeUse[]>;
}

function shapeOf(elements: readonly ElementModel[]): Shape {
  const uses = elements.flatMap((element) =>
    element.types.map((use) => ({ use, name: jsonName(element, use) })),
  );
  const byName = Map.groupBy(uses, (each) => each.name);
  const names = [...byName].map(([name, found]) => [name, found.map(({ use }) => use)] as const);
  return { isArray: elements[0]?.isArray === true, names: new Map(names) };
}

/** `Resource` stands for every resource type: the compiled code must work for each. */
export function concreteTypes(type: string, { compilation: { types } }: Scope): string[] {
  const definition = types.get(type);
  if (definition?.kind !== 'resource' || !definition.isAbstract) return [type];
  return [...types.values()].flatMap((each) =>
    each.kind === 'resource' && !each.isAbstract && (type === 'Resource' || each.base === type)
      ? [each.name]
      : [],
  );
}

function alternatives(base: string, shape: Shape, scope: Scope): Collection {
  return {
    kind: 'single',
    items: [...shape.names].map(([name, uses]) => {
      const value = property(base, name);
      const types = unique(uses);
      if (!types.every((type) => isPrimitiveType(type, scope))) {
        return { value, present: `${value} !== undefined`, types };
      }
      const sibling = property(base, `_${name}`);
      const present = or(`${value} !== undefined`, `${sibling} !== undefined`);
      return { value, sibling, present, types };
    }),
  };
}

function array(base: string, shape: Shape, scope: Scope): Many {
  const [[name, uses] = ['', []]] = shape.names;
  const types = unique(uses);
  const code = property(base, name);
  const isPrimitive = types.every((type) => isPrimitiveType(type, scope));
  return isPrimitive
    ? arrayOf(types, scope, code, property(base, `_${name}`))
    : arrayOf(types, scope, code);
}

/** Items of an array that may be absent. `sibling` is the `_` array of a primitive. */
export function arrayOf(
  types: readonly string[],
  scope: Scope,
  code: string,
  sibling?: string,
): Many {
  if (sibling === undefined) {
    return {
      kind: 'many',
      types,
      array: { code },
      some: (test) => {
        const value = freshVariable(scope, 'v');
        const inner = test({ value, present: 'true', types });
        if (inner === 'true') return `${runtime(scope, 'notEmpty')}(${code})`;
        if (inner === 'false') return 'false';
        const isProperty = /^[\w$.?]+$/.test(code);
        // No closure is made if the array is absent, which is by far the most frequent case.
        return and(
          isProperty ? `${code} !== undefined` : 'true',
          `${runtime(scope, 'some')}(${code}, (${value}) => ${inner})`,
        );
      },
      list: () => `${runtime(scope, 'items')}(${code})`,
    };
  }
  return {
    kind: 'many',
    types,
    array: { code, sibling },
    some: (test) => {
      const value = freshVariable(scope, 'v');
      const x = freshVariable(scope, 'x');
      const inner = test({ value, sibling: x, present: 'true', types });
      if (inner === 'true' && sibling === NO_SIBLING)
        return `${runtime(scope, 'notEmpty')}(${code})`;
      if (inner === 'true') return or(`${code} !== undefined`, `${sibling} !== undefined`);
      if (inner === 'false') return 'false';
      return `${runtime(scope, 'somePrimitive')}(${code}, ${sibling}, (${value}, ${x}) => ${inner})`;
    },
    list: () => `${runtime(scope, 'primitives')}(${code}, ${sibling})`,
  };
}

/** Finds children by their name alone, where the type is not known. */
function dynamic(item: Item, names: readonly string[], scope: Scope): Many {
  const childrenNamed = runtime(scope, 'childrenNamed');
  const lists = names.map((name) => `${childrenNamed}(${item.value}, ${text(name)})`);
  const code = lists.length === 1 ? lists.join() : `[${lists.map((list) => `...${list}`).join()}]`;
  // Null and undefined are items here: elements that have only an extension.
  return arrayOf([], scope, code, NO_SIBLING);
}

function property(base: string, name: string): string {
  // The parameters of the generated code (`n`, `v1`) are always present. Their members may be
  // absent.
  const isSurelyThere = /^[nv]\d*$/.test(base) || base === 'res' || base === 'root';
  return `${base}${isSurelyThere ? '.' : '?.'}${name}`;
}

function unique(uses: readonly TypeUse[]): string[] {
  return [...new Set(uses.map((use) => use.type))];
}

export function isPrimitiveType(type: string, { compilation }: Scope): boolean {
  return type.startsWith('System.') || compilation.types.get(type)?.kind === 'primitive';
}

export function isQuantityType(type: string, { compilation }: Scope): boolean {
  return /Quantity$/.test(type) || compilation.types.get(type)?.base === 'Quantity';
}

/** Whether whatever it has is a quantity. */
export function isOfQuantities(of: Collection, scope: Scope): boolean {
  const types = typesOf(of);
  return types.length > 0 && types.every((type) => isQuantityType(type, scope));
}

/** The single item of a collection. Empty if there are several, as in HL7's validator. */
export function onlyOne(of: Collection, scope: Scope): Single {
  if (of.kind === 'single') return of;
  const value = `${runtime(scope, 'only')}(${of.list()})`;
  return optional(value, of.types);
}
