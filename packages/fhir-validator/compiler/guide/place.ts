/** The place of a value that a profile constrains, and questions about it. */
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

export function limit(max: string | undefined): number {
  return max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max);
}

export function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
