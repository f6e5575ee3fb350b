/** Finds by the type model where each element is in an example: the places to break it. */
import {
  type ElementModel,
  jsonName,
  type TypeModel,
  type TypeUse,
} from '../../../../packages/fhir-validator/compiler/type-model.ts';

export type Json = Record<string, unknown>;

export interface Site {
  /** Path from the root to the object that has the element. */
  readonly path: readonly (string | number)[];
  readonly key: string;
  readonly element: ElementModel;
  readonly use: TypeUse;
  /** Type of the object that has it: `Patient.name`, a type of the model. */
  readonly parentType: string;
  /** Expressions of the object that has it, and of the element without its index. */
  readonly parent: string;
  readonly at: string;
  readonly value: unknown;
  readonly isPrimitive: boolean;
}

export function sitesOf(root: Json, model: TypeModel): Site[] {
  const type = String(root['resourceType']);
  return walk(root, type, type, [], model);
}

function walk(
  value: Json,
  type: string,
  parent: string,
  path: (string | number)[],
  model: TypeModel,
): Site[] {
  const found: Site[] = [];
  for (const element of model.get(type)?.elements ?? []) {
    for (const use of element.types) {
      const key = jsonName(element, use);
      const at = `${parent}.${element.name}${element.isChoice ? `.ofType(${use.code})` : ''}`;
      const here = value[key];
      if (here === undefined) continue;
      const isPrimitive = model.get(use.type)?.kind === 'primitive';
      const place = { path, key, element, use, parentType: type, parent, at, isPrimitive };
      found.push({ ...place, value: here });
      if (isPrimitive) continue;
      const items = Array.isArray(here) ? here : [here];
      for (const [i, item] of items.entries()) {
        const to = Array.isArray(here) ? [...path, key, i] : [...path, key];
        const name = Array.isArray(here) ? `${at}[${i}]` : at;
        const itemType = use.type === 'Resource' ? String(item?.resourceType) : use.type;
        found.push(...walk(item as Json, itemType, name, to, model));
      }
    }
  }
  return found;
}

/** The object that has the element of a site, in a copy of the root. */
export function parentIn(root: Json, site: Site): Json {
  let at: unknown = root;
  for (const step of site.path) at = (at as Json)[step];
  return at as Json;
}
