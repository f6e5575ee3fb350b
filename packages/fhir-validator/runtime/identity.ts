/** Values that FHIRPath takes for equal have the same identity. */
import { canonicalJson } from './canonical-json.ts';
import { isObject } from './object.ts';
import { inBaseUnits } from './ucum.ts';

export const UCUM = 'http://unitsofmeasure.org';

/** A quantity in UCUM. */
export interface Measure {
  readonly value: number;
  readonly code: string;
}

/**
 * Whether FHIRPath sees a Quantity as a value with a unit: https://hl7.org/fhir/R4/fhirpath.html#quantity
 * A comparator makes it a range of values.
 */
export function isMeasure(quantity: unknown): quantity is Measure {
  if (!isObject(quantity) || 'comparator' in quantity) return false;
  const { value, system, code } = quantity;
  return typeof value === 'number' && system === UCUM && typeof code === 'string';
}

/**
 * For a quantity in UCUM it is its value in base units, for another object its content, whatever the
 * order of members.
 */
export function identity(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return isMeasure(value) ? ofMeasure(value) : canonicalJson(value);
}

function ofMeasure({ value, code }: Measure): string {
  const base = inBaseUnits(value, code);
  return base === undefined
    ? `quantity ${value} ${code}`
    : `quantity ${base.value.toPrecision(DIGITS)} of ${base.dimensions}`;
}

/** Conversion factors are rounded, so nearly equal values are equal. */
const DIGITS = 10;
