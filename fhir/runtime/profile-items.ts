/** The values of an element, whichever of the JSON names of a choice it has. */
import { fhirType, isChoiceType } from './fhir-types.ts';
import { isObject } from './object.ts';

export interface Item {
  /** Undefined or null where only the sibling says something. */
  readonly value: unknown;
  readonly sibling: unknown;
  /** Type of a choice as its JSON name has it: `Quantity`, `DateTime`. Else empty. */
  readonly type: string;
  /** How an expression names it: `value.ofType(Quantity)`, `name[0]`. */
  readonly step: string;
}

/** All items of the element `name` in an object. */
export function itemsOf(parent: unknown, name: string, isChoice: boolean): Item[] {
  if (!isObject(parent)) return [];
  if (!isChoice) return itemsAt(parent, name, '', name);
  const keys = new Set(
    Object.keys(parent)
      .map((key) => (key.startsWith('_') ? key.slice(1) : key))
      .filter((key) => isChoiceOf(key, name)),
  );
  return [...keys].flatMap((key) => {
    const type = key.slice(name.length);
    return itemsAt(parent, key, type, `${name}.ofType(${fhirType(type)})`);
  });
}

/** Values at a path of steps, through arrays and choices. */
export function valuesAt(value: unknown, path: readonly string[]): Item[] {
  let items: Item[] = [{ value, sibling: undefined, type: '', step: '' }];
  for (const step of path) {
    items = items.flatMap((item) => {
      const plain = itemsOf(item.value, step, false);
      return plain.length > 0 ? plain : itemsOf(item.value, step, true);
    });
  }
  return items;
}

function itemsAt(parent: Record<string, unknown>, key: string, type: string, step: string): Item[] {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  const sibling = Object.hasOwn(parent, `_${key}`) ? parent[`_${key}`] : undefined;
  if (!Array.isArray(value) && !Array.isArray(sibling)) {
    return value === undefined && sibling === undefined ? [] : [{ value, sibling, type, step }];
  }
  const values = Array.isArray(value) ? value : [];
  const siblings = Array.isArray(sibling) ? sibling : [];
  return Array.from({ length: Math.max(values.length, siblings.length) }, (_, i) => ({
    value: values[i],
    sibling: siblings[i],
    type,
    step: `${step}[${i}]`,
  }));
}

function isChoiceOf(key: string, name: string): boolean {
  return key.startsWith(name) && isChoiceType(key.slice(name.length));
}
