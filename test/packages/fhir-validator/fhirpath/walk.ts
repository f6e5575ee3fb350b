/** All places in a resource where an invariant of some path is evaluated. */
import { jsonName } from '../../../../packages/fhir-validator/compiler/type-model.ts';
import { types } from '../support/base-definitions.ts';
import type { Context } from './invariants.ts';

type JsonObject = Record<string, unknown>;

type Visit = (path: string, type: string | undefined, context: Context) => void;

/** Where an invariant is evaluated, and its expression. */
export interface Place {
  readonly path: string;
  readonly type?: string;
  readonly expression: string;
}

/** The contexts of an invariant in a resource, or in a value of a data type within it. */
export function contextsOf(
  resource: JsonObject,
  { path, type }: Omit<Place, 'expression'>,
  start?: { readonly value: JsonObject; readonly type: string },
): Context[] {
  const found: Context[] = [];
  const visit: Visit = (at, as, context) => {
    if (at === path && as === type) found.push(context);
  };
  if (start === undefined) walk(resource, visit);
  else walkType(start.value, start.type, { resource, root: resource, visit });
  return found;
}

/** Calls `visit` with every object by its type, and with every value of each element. */
export function walk(resource: JsonObject, visit: Visit, root: JsonObject = resource): void {
  const type = resource['resourceType'];
  if (typeof type === 'string') walkType(resource, type, { resource, root, visit });
}

interface Walk {
  readonly resource: JsonObject;
  readonly root: JsonObject;
  readonly visit: Visit;
}

/** A property of a type's values: an element with one of its types. */
interface Member {
  readonly path: string;
  readonly type: string;
  readonly isPrimitive: boolean;
  readonly isContained: boolean;
}

const membersByType = new Map<string, ReadonlyMap<string, Member>>();

/** By the name of the property. */
function membersOf(name: string): ReadonlyMap<string, Member> {
  const known = membersByType.get(name);
  if (known !== undefined) return known;
  const members = (types.get(name)?.elements ?? []).flatMap((element) =>
    element.types.map((use): [string, Member] => [
      jsonName(element, use),
      {
        path: element.path,
        type: use.type,
        isPrimitive: types.get(use.type)?.kind === 'primitive',
        isContained: element.name === 'contained',
      },
    ]),
  );
  const made = new Map(members);
  membersByType.set(name, made);
  return made;
}

function walkType(value: unknown, name: string, at: Walk): void {
  if (!isObject(value)) return;
  const { resource: res, root, visit } = at;
  visit(name, undefined, { n: value, x: undefined, res, root });
  const members = membersOf(name);
  for (const property of Object.keys(value)) {
    const isSibling = property.startsWith('_');
    const key = isSibling ? property.slice(1) : property;
    const member = members.get(key);
    // A sibling is visited with its value, if there is one.
    if (member === undefined || (isSibling && value[key] !== undefined)) continue;
    const { path, type, isPrimitive, isContained } = member;
    const [values, siblings] = [listOf(value[key]), listOf(value[`_${key}`])];
    for (let i = 0; i < Math.max(values.length, siblings.length); i += 1) {
      const n = values[i] ?? undefined;
      visit(path, type, { n, x: siblings[i] ?? undefined, res, root });
      if (type !== 'Resource') {
        if (!isPrimitive) walkType(n, type, at);
      } else if (isObject(n)) {
        walk(n, visit, isContained ? root : n);
      }
    }
  }
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
