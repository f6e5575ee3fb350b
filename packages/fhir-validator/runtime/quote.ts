/** Values in the words of an issue. */

/** Maximum number of characters of a value that an issue quotes. */
const QUOTE_MAX = 64;

/** A value as an issue may quote it: cut, and without the content of objects (R08). */
export function quote(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  const text = String(value);
  const whole = text.length <= QUOTE_MAX;
  const cut = (whole ? text : `${text.slice(0, QUOTE_MAX)}…`).toWellFormed();
  return typeof value === 'string' ? `'${cut}'` : cut;
}

/** Describes a value of an unexpected type: `the number 1970`, `an array`. */
export function describe(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return 'a number beyond the range of a double';
  }
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'string') return `the text ${quote(value)}`;
  return quote(value);
}
