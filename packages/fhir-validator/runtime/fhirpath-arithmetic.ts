/**
 * FHIRPath's arithmetic. The result is empty (undefined) if a side is empty, or for a division by
 * zero.
 */

import { later } from './fhirpath-dates.ts';
import { isObject } from './object.ts';

type Json = unknown;
type Result = number | string | undefined;

/** Adds numbers, concatenates strings, adds a time to a date. */
export function plus(left: Json, right: Json): Result {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (isObject(right)) return later(left, right['value'], right['code']);
  return isNumber(left) && isNumber(right) ? rounded(left + right) : undefined;
}

export function minus(left: Json, right: Json): Result {
  if (isObject(right)) {
    return isNumber(right['value']) ? later(left, -right['value'], right['code']) : undefined;
  }
  return isNumber(left) && isNumber(right) ? rounded(left - right) : undefined;
}

export function times(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) ? rounded(left * right) : undefined;
}

export function over(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) && right !== 0 ? rounded(left / right) : undefined;
}

/** Decimals have no binary digits: 0.1 + 0.2 is 0.3. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}

/** What a double holds of any decimal number. */
const DIGITS = 15;

export function quotient(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) && right !== 0 ? Math.trunc(left / right) : undefined;
}

export function remainder(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) && right !== 0 ? left % right : undefined;
}

/** `-` before a number or a quantity. */
export function opposite(value: Json): Json {
  if (isNumber(value)) return 0 - value;
  if (!isObject(value) || !isNumber(value['value'])) return undefined;
  return { ...value, value: 0 - value['value'] };
}

export function absolute(value: Json): Result {
  return isNumber(value) ? Math.abs(value) : undefined;
}

export function ceiling(value: Json): Result {
  return isNumber(value) ? Math.ceil(value) : undefined;
}

export function floor(value: Json): Result {
  return isNumber(value) ? Math.floor(value) : undefined;
}

export function truncate(value: Json): Result {
  return isNumber(value) ? Math.trunc(value) : undefined;
}

/** Half is rounded away from zero. */
export function round(value: Json, digits: Json = 0): Result {
  if (!isNumber(value) || !isNumber(digits) || digits < 0 || digits > DIGITS) return undefined;
  const factor = 10 ** digits;
  return (Math.sign(value) * Math.round(rounded(Math.abs(value) * factor))) / factor;
}

export function squareRoot(value: Json): Result {
  return isNumber(value) && value >= 0 ? Math.sqrt(value) : undefined;
}

export function power(base: Json, exponent: Json): Result {
  const result = isNumber(base) && isNumber(exponent) ? base ** exponent : Number.NaN;
  return Number.isNaN(result) ? undefined : result;
}

function isNumber(value: Json): value is number {
  return typeof value === 'number';
}
