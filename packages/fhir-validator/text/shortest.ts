/**
 * The length of the shortest JSON text of a value. A text that is no longer has no white space, no
 * duplicate member, and no integer written as 1.0 or 1e2, so nobody needs to search it for these.
 * Objects and arrays are counted where they are visited.
 */

/** Of a member besides its name and value: two quotes, a colon, a comma. */
export const MEMBER_CHARACTERS = 4;
export const NULL_CHARACTERS = 4;
/** Of a string besides its characters. */
export const QUOTES = 2;

/** Of a string, number or boolean. Never more than the shortest, but it may be less. */
export function shortestOf(value: unknown): number {
  if (typeof value === 'string') return value.length + QUOTES;
  if (typeof value === 'number') return shortestOfNumber(value);
  if (value === true) return 4;
  return value === false ? 5 : 0;
}

/**
 * JavaScript writes the fewest digits that give the number, and no text has fewer. Only an exponent
 * can be shorter than zeros, and at 100 it is as long: 1e2.
 */
function shortestOfNumber(value: number): number {
  const isAsWritten = Number.isInteger(value)
    ? Number.isSafeInteger(value) && (value % 100 !== 0 || value === 0)
    : Math.abs(value) >= 0.01 && Number.isFinite(value);
  return isAsWritten ? String(value).length : 1;
}
