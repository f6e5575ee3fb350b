/**
 * FHIRPath's arithmetic. The result is empty (undefined) if a side is empty, or for a division by
 * zero.
 */

type Json = unknown;
type Result = number | string | undefined;

/** Adds numbers, concatenates strings. */
export function plus(left: Json, right: Json): Result {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  return isNumber(left) && isNumber(right) ? left + right : undefined;
}

export function minus(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) ? left - right : undefined;
}

export function times(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) ? left * right : undefined;
}

export function over(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) && right !== 0 ? left / right : undefined;
}

export function quotient(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) && right !== 0 ? Math.trunc(left / right) : undefined;
}

export function remainder(left: Json, right: Json): Result {
  return isNumber(left) && isNumber(right) && right !== 0 ? left % right : undefined;
}

function isNumber(value: Json): value is number {
  return typeof value === 'number';
}
