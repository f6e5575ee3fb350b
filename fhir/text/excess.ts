/**
 * What no FHIR resource has, and what costs many times the memory of its text once it is parsed: a
 * text of 2 MiB made of `[[[[` needs a heap of 80 MB. One pass over the text finds it, so that the
 * heap only has to hold what a resource of the accepted size can be. What is found is never valid;
 * what is not found may still be anything.
 */

/** Brackets. The validator follows 200 elements, each of three brackets at most. */
const DEPTH_MAX = 1_000;
/** Of what must not be there at all, so many are left to the validator, which says where. */
const MISPLACED_MAX = 10_000;
/** FHIR R4 has 1,978 names of properties, and each may have a sibling with an underscore. */
const NAMES_MAX = 8_192;
/** Longer names differ in their length. */
const NAME_CHARACTERS_MAX = 64;
const NAME_SLOTS = 2 ** 18;

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/** Says what of it the text has, if anything. */
export function excessOf(text: string): string | undefined {
  const isArray = new Uint8Array(DEPTH_MAX + 1);
  const names = new Names();
  let depth = 0;
  let misplaced = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(text, at);
      if (text.charCodeAt(skipSpace(text, end + 1)) === COLON) names.add(text, at + 1, end);
      if (names.count > NAMES_MAX) return `More than ${NAMES_MAX} different names of properties`;
      at = end;
    } else if (character === ARRAY || character === OBJECT) {
      if (character === ARRAY && isArray[depth] === 1) misplaced++;
      const next = text.charCodeAt(skipSpace(text, at + 1));
      if (next === ARRAY_END || next === OBJECT_END) misplaced++;
      if (misplaced > MISPLACED_MAX) {
        return `More than ${MISPLACED_MAX} empty objects, empty arrays or arrays within arrays`;
      }
      if (++depth > DEPTH_MAX) return `Nested deeper than ${DEPTH_MAX} objects and arrays`;
      isArray[depth] = character === ARRAY ? 1 : 0;
    } else if (character === ARRAY_END || character === OBJECT_END) {
      // Of what is no JSON it may go below the top.
      depth = Math.max(0, depth - 1);
    }
  }
  return undefined;
}

/** Counts different names, as few at least as there are: two that share a slot count once. */
class Names {
  readonly #seen = new Uint8Array(NAME_SLOTS);
  count = 0;

  /** A name with an escape in it can be written in many ways, and is not counted. */
  add(text: string, start: number, end: number): void {
    let hash = end - start;
    for (let at = start; at < Math.min(end, start + NAME_CHARACTERS_MAX); at++) {
      const character = text.charCodeAt(at);
      if (character === BACKSLASH) return;
      hash = (Math.imul(hash, 31) + character) | 0;
    }
    const slot = (hash ^ (hash >>> 14)) & (NAME_SLOTS - 1);
    if (this.#seen[slot] === 1) return;
    this.#seen[slot] = 1;
    this.count++;
  }
}

/** Position of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (let code = text.charCodeAt(at); code === 0x20 || (code >= 0x09 && code <= 0x0d); ) {
    at++;
    code = text.charCodeAt(at);
  }
  return at;
}
