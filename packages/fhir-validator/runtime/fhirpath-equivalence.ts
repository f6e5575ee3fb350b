/** FHIRPath's `~`: https://hl7.org/fhirpath/N1/#equivalent */
import { canonicalJson } from './canonical-json.ts';
import { fractionDigits } from './fhirpath-arithmetic.ts';
import { compareDates } from './fhirpath-order.ts';
import { identity, isMeasure } from './identity.ts';
import { isObject } from './object.ts';

type Json = unknown;

/** Two lists with equivalent items, in any order. */
export function areEquivalent(left: readonly Json[], right: readonly Json[]): boolean {
  if (left.length !== right.length) return false;
  if (left.length === 1 && typeof left[0] === 'number' && typeof right[0] === 'number') {
    return areNear(left[0], right[0]);
  }
  const counts = new Map<Json, number>();
  for (const each of left) counts.set(key(each), (counts.get(key(each)) ?? 0) + 1);
  return right.every((each) => {
    const count = counts.get(key(each)) ?? 0;
    counts.set(key(each), count - 1);
    return count > 0;
  });
}

export function areEquivalentDates(left: readonly Json[], right: readonly Json[]): boolean {
  if (left.length !== right.length) return false;
  return left.every((each, i) => compareDates(each, right[i]) === 0);
}

/**
 * Equivalent values have the same key. Of texts, case does not count, nor which white space and how
 * much. Of a Coding, system and code count.
 */
function key(value: Json): Json {
  if (typeof value === 'string') return value.trim().replace(/\s+/g, ' ').toLowerCase();
  if (!isObject(value)) return value;
  if (isMeasure(value)) return identity(value);
  const { system, code } = value;
  const isCoding = typeof system === 'string' && typeof code === 'string' && !('value' in value);
  return canonicalJson(isCoding ? { system, code } : value);
}

/** Both are rounded to the digits of the one with fewer. */
function areNear(left: number, right: number): boolean {
  const digits = Math.min(fractionDigits(left), fractionDigits(right));
  return left.toFixed(digits) === right.toFixed(digits);
}
