/** All places in a resource where an invariant of some path is evaluated. */
import { jsonName } from '../../../../packages/fhir-validator/compiler/type-model.ts';
import { type Context, types } from './invariants.ts';

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

function walkType(value: unknown, name: string, at: Walk): void {
  if (!isObject(value)) return;
  const { resource: res, root, visit } = at;
  visit(name, undefined, { n: value, x: undefined, res, root });
  for (const element of types.get(name)?.elements ?? []) {
    for (const use of element.types) {
      const key = jsonName(element, use);
      const [values, siblings] = [listOf(value[key]), listOf(value[`_${key}`])];
      for (let i = 0; i < Math.max(values.length, siblings.length); i += 1) {
        const n = values[i] ?? undefined;
        visit(element.path, use.type, { n, x: siblings[i] ?? undefined, res, root });
        if (use.type !== 'Resource') {
          if (types.get(use.type)?.kind !== 'primitive') walkType(n, use.type, at);
        } else if (isObject(n)) {
          walk(n, visit, element.name === 'contained' ? root : n);
        }
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
