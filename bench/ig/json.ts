/** Questions of the mutants about JSON and slices, answered without the compiler. */
import {
  constantOf,
  found,
  type ProfileNode,
} from '../../packages/fhir-validator/compiler/guide/profile-tree.ts';
import { equals, matches } from '../../packages/fhir-validator/runtime/json-match.ts';

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON name that an element has in an object, if it is there. */
export function jsonKey(name: string, parent: Json): string | undefined {
  if (!name.endsWith('[x]')) return Object.hasOwn(parent, name) ? name : undefined;
  const stem = name.slice(0, -3);
  return Object.keys(parent).find(
    (key) => key.startsWith(stem) && /^[A-Z]/.test(key.slice(stem.length)),
  );
}

/** Whether an item is in a slice. Undefined if it is not known. */
export function inSlice(
  item: unknown,
  slice: ProfileNode,
  sliced: ProfileNode,
  key: string,
): boolean | undefined {
  const discriminators = sliced.definition.slicing?.discriminator ?? [];
  const answers = discriminators.map(({ type, path }) => {
    if (type === 'type' && path === '$this' && sliced.name.endsWith('[x]')) {
      const suffix = key.slice(sliced.name.length - 3).toLowerCase();
      return slice.definition.type?.some(({ code }) => code.toLowerCase() === suffix) ?? false;
    }
    if (type !== 'value' && type !== 'pattern') return undefined;
    const profile = slice.definition.type?.[0]?.profile?.[0];
    if (path === 'url' && profile !== undefined) return isObject(item) && item['url'] === profile;
    const steps = path === '$this' ? [] : path.split('.');
    return holds([item], slice, steps);
  });
  if (answers.length === 0 || answers.includes(undefined)) return undefined;
  return answers.every((each) => each === true);
}

/** Whether a value at the path is the slice's constant. Undefined if the slice has none. */
function holds(
  values: readonly unknown[],
  node: ProfileNode | undefined,
  steps: readonly string[],
): boolean | undefined {
  const [step, ...rest] = steps;
  const pattern = node && constantOf(node.definition, 'pattern');
  const fixed = node && constantOf(node.definition, 'fixed');
  if (pattern) return values.some((each) => matches(each, pattern.value));
  if (fixed) return values.some((each) => equals(each, fixed.value));
  if (step === undefined) {
    const below = (node?.elements ?? []).flatMap((each) => {
      const answer = holds(members(values, each.name), each, []);
      return answer === undefined ? [] : [answer];
    });
    return below.length === 0 ? undefined : below.every((each) => each);
  }
  if (!/^[a-zA-Z]+$/.test(step)) return undefined;
  return holds(members(values, step), found(node, { name: step }), rest);
}

function members(values: readonly unknown[], name: string): unknown[] {
  return values.flatMap((each) => {
    const value = isObject(each) ? each[name] : undefined;
    return value === undefined ? [] : value;
  });
}

/** A copy in which one leaf of the constant is changed. */
export function brokenCopy(value: unknown, constant: unknown): unknown {
  if (typeof constant === 'boolean') return !constant;
  if (typeof constant === 'number') return constant + 1;
  if (typeof constant === 'string') return 'urn:oid:1.2.3';
  if (Array.isArray(constant)) {
    if (!Array.isArray(value)) return undefined;
    const items = value.map((each) => brokenCopy(each, constant[0]));
    return items.some((each) => each === undefined) ? undefined : items;
  }
  if (!isObject(constant) || !isObject(value)) return undefined;
  const [key] = Object.keys(constant).reverse();
  if (key === undefined) return undefined;
  const broken = brokenCopy(value[key], constant[key]);
  return broken === undefined ? undefined : { ...value, [key]: broken };
}

export function at(root: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | undefined)?.[step],
    root,
  );
}
