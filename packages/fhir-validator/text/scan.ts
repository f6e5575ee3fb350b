/**
 * Quick looks at the text of valid JSON for what JSON.parse forgets. Each may suspect an innocent,
 * never the reverse; the walk then decides. They lean on the engine's own string search, which is
 * twice as fast as a loop over the characters.
 */

/**
 * Are there more members in the text than the `keys` seen in the value? Every member has a `":`,
 * unless whitespace stands before its colon; strings can only add to them. One character is searched
 * for: the engine finds it twice as fast as two.
 */
export function mayHaveDuplicateKeys(text: string, keys: number): boolean {
  let members = 0;
  let isSpaced = false;
  for (let i = text.indexOf(':'); i >= 0; i = text.indexOf(':', i + 1)) {
    const before = text.charCodeAt(i - 1);
    if (before === QUOTE) members++;
    else if (before <= SPACE) isSpaced = true;
  }
  return members !== keys || (isSpaced && SPACED_KEY.test(text));
}

const QUOTE = 34;
const SPACE = 32;
const SPACED_KEY = /"[ \n\r\t]+:/;

export function mayHaveLoneSurrogates(text: string): boolean {
  return !text.isWellFormed() || text.includes('\\ud') || text.includes('\\uD');
}

/** Is a number that may be an integer written as 1.0 or 1e2? */
export function mayHaveIntegralFractions(text: string): boolean {
  return INTEGRAL_FRACTION.test(text);
}

/** After what stands before a value, and before what stands after one. */
const INTEGRAL_FRACTION = /[:,[]\s*-?[0-9]+(?:\.0+|(?:\.[0-9]+)?[eE][+-]?[0-9]+)[\s,}\]]/;
