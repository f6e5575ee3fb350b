/**
 * FHIRPath's arithmetic: https://hl7.org/fhirpath/N1/#math. The result is empty (undefined) if a side
 * is empty, or for a division by zero.
 */

import { later } from './fhirpath-dates.ts';
import { made, quantitySum } from './fhirpath-quantities.ts';
import { isMeasure, type Measure } from './identity.ts';
import { isObject } from './object.ts';

type Json = unknown;
type Result = number | string | Measure | undefined;

/** Adds numbers and quantities, concatenates strings, adds a time to a date. */
export function plus(left: Json, right: Json): Result {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  return added(left, right, 1);
}

export function minus(left: Json, right: Json): Result {
  return added(left, right, -1);
}

function added(left: Json, right: Json, sign: 1 | -1): Result {
  if (isNumber(left) && isNumber(right)) return rounded(left + sign * right);
  if (isMeasure(left) && isMeasure(right)) return quantitySum(left, right, sign, rounded);
  if (!isObject(right) || !isNumber(right['value'])) return undefined;
  return later(left, sign * right['value'], right['code']);
}

export function times(left: Json, right: Json): Result {
  if (isMeasure(left) && isNumber(right)) return made(rounded(left.value * right), left.code);
  if (isNumber(left) && isMeasure(right)) return times(right, left);
  return isNumber(left) && isNumber(right) ? rounded(left * right) : undefined;
}

export function over(left: Json, right: Json): Result {
  if (!isNumber(right) || right === 0) return undefined;
  if (isMeasure(left)) return made(rounded(left.value / right), left.code);
  return isNumber(left) ? rounded(left / right) : undefined;
}

/** Decimals have no binary digits: 0.1 + 0.2 is 0.3. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}

/** What a double holds of any decimal number. */
const DIGITS = 15;

export function quotient(left: Json, right: Json): Result {
  const [of, by] = wholes(left, right);
  return by === 0 ? undefined : Math.trunc(of / by);
}

export function remainder(left: Json, right: Json): Result {
  const [of, by, factor] = wholes(left, right);
  return by === 0 ? undefined : rounded((of % by) / factor);
}

/**
 * Both numbers times a factor that makes them whole: 0.3 mod 0.1 is 3 mod 1. Zeros for what is no number, as the result
 * is then empty too.
 */
function wholes(left: Json, right: Json): readonly [of: number, by: number, factor: number] {
  if (!isNumber(left) || !isNumber(right)) return [0, 0, 1];
  const factor = 10 ** Math.max(fractionDigits(left), fractionDigits(right));
  const [of, by] = [Math.round(left * factor), Math.round(right * factor)];
  return Number.isSafeInteger(of) && Number.isSafeInteger(by) ? [of, by, factor] : [left, right, 1];
}

/** Number of digits after the point, as far as toFixed takes them. */
export function fractionDigits(value: number): number {
  const [, fraction = '', exponent = '0'] =
    /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  return Math.min(Math.max(fraction.length - Number(exponent), 0), 100);
}

/** `-` before a number or a quantity. */
export function opposite(value: Json): Json {
  if (isNumber(value)) return 0 - value;
  if (!isObject(value) || !isNumber(value['value'])) return undefined;
  return { ...value, value: 0 - value['value'] };
}

export function absolute(value: Json): Result {
  if (isMeasure(value)) return made(Math.abs(value.value), value.code);
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

export function exponential(value: Json): Result {
  return isNumber(value) ? Math.exp(value) : undefined;
}

/** The natural one, if there is no base. */
export function logarithm(value: Json, base: Json = Math.E): Result {
  if (!isNumber(value) || !isNumber(base) || value <= 0 || base <= 0 || base === 1)
    return undefined;
  return base === 10 ? Math.log10(value) : Math.log(value) / Math.log(base);
}

function isNumber(value: Json): value is number {
  return typeof value === 'number';
}
