/** Sets of short names, searched by the UTF-16 code units of a text without making a string. */

/**
 * A hash table of short names as codes. With a set of strings, each search would make a string. A
 * Set of numbers is slower.
 */
export type NameCodes = Int32Array;

export function nameCodes(names: readonly string[]): NameCodes {
  const codes = new Int32Array(TABLE_SIZE);
  for (const name of names) {
    const units = Uint16Array.from(name, (char) => char.charCodeAt(0));
    const code = nameCode(units, 0, units.length);
    if (code > 0) codes[placeOf(code, codes)] = code;
  }
  return codes;
}

export function isAmong(codes: NameCodes, code: number): boolean {
  return code > 0 && codes[placeOf(code, codes)] === code;
}

function placeOf(code: number, codes: NameCodes): number {
  let at = code % (TABLE_SIZE - TABLE_GAP);
  while (codes[at] !== 0 && codes[at] !== code) at++;
  return at;
}

/** Enough for fifty names, so that each search ends at a gap before the end of the table. */
const TABLE_SIZE = 509;
const TABLE_GAP = 64;
const NAME_CODE_MAX = 5;

/** A different integer for each short name (up to five of a-z and 0-9). -1 for any other name. */
export function nameCode(units: Uint16Array, from: number, to: number): number {
  if (to - from > NAME_CODE_MAX) return -1;
  let code = 0;
  for (let at = from; at < to; at++) {
    const char = units[at] as number;
    if (char >= 97 && char <= 122) code = code * 37 + char - 96;
    else if (char >= 48 && char <= 57) code = code * 37 + char - 21;
    else return -1;
  }
  return code;
}
