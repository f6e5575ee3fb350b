/** The place of a value that a profile constrains, and questions about it. */
import type { ElementDefinition } from '../definitions.ts';
import { type ElementModel, jsonName, type TypeUse } from '../type-model.ts';

/** Where a value is in the base types. */
export interface Place {
  /** Type of the value in the model: `HumanName`, `Patient.contact`. */
  readonly type: string;
  readonly use?: TypeUse;
  readonly element?: ElementModel;
}

/** A test whether the member `k` has one of these types of the choice. */
export function isOneOf(places: readonly Place[], element: ElementModel): string {
  return places
    .flatMap(({ use }) => (use ? [`k===${JSON.stringify(jsonName(element, use))}`] : []))
    .join('||');
}

/** The type of a resource within a resource, if the profile allows only one there: `Patient`. */
export function onlyResourceType(
  type: string,
  node: { readonly definition: ElementDefinition } | undefined,
): string | undefined {
  const codes = new Set(node?.definition.type?.map(({ code }) => code));
  const [code] = codes;
  return type === 'Resource' && codes.size === 1 && code !== type ? code : undefined;
}

export function limit(max: string | undefined): number {
  return max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max);
}

export function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
