/**
 * Estimates the heap that a JSON text needs once it is parsed. `{},` is three characters, but 64
 * bytes of heap, so a few megabytes of it would kill a worker before anything is validated. The
 * estimate reads the text first, in linear time and without memory. It was measured on V8, and is
 * never below the real size.
 */

const OBJECT_BYTES = 64;
const ARRAY_BYTES = 56;
const ITEM_BYTES = 8;
const STRING_BYTES = 32;
/** For each level of nesting: every walk over the value keeps the way to the current place. */
const LEVEL_BYTES = 200;
/** For each new name: its text, and the layouts of the objects that have it. */
const NAME_BYTES = 200;
/** V8 stores objects with more members as dictionaries. */
const MEMBERS_MAX = 64;
const DICTIONARY_ENTRY_BYTES = 96;
/** The specification has fewer names. Beyond this, every name counts as new. */
const NAMES_MAX = 5000;

/** Shorter texts are never too heavy. */
const LIGHT_CHARACTERS = 128 * 1024;
/** Used before any text: the definitions and the code. */
const OWN_BYTES = 24 * 2 ** 20;
/** The rest of the heap is for validation, and for an array that grows while it is parsed. */
const SHARE_OF_HEAP = 0.8;

/** Whether the text needs more memory than this process, or this worker, has. */
export function isTooHeavy(text: string): boolean {
  if (text.length <= LIGHT_CHARACTERS) return false;
  return heapBytes(text) > (heapLimit() - OWN_BYTES) * SHARE_OF_HEAP;
}

function heapLimit(): number {
  // Not imported: loading the module takes a tenth of the validator's load time, and long texts are
  // rare.
  const { resourceLimits } = process.getBuiltinModule('node:worker_threads');
  const { maxOldGenerationSizeMb } = resourceLimits;
  if (maxOldGenerationSizeMb !== undefined) return maxOldGenerationSizeMb * 2 ** 20;
  return process.getBuiltinModule('node:v8').getHeapStatistics().heap_size_limit;
}

/** Bytes for the text and its parsed value. Meaningless if the text is not JSON. */
export function heapBytes(text: string): number {
  const characterBytes = TWO_BYTE.test(text) ? 2 : 1;
  const names = new Set<string>();
  let bytes = text.length * characterBytes;
  let depth = 0;
  let members = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === OBJECT || char === ARRAY) {
      bytes += char === OBJECT ? OBJECT_BYTES : ARRAY_BYTES;
      depth++;
      members = 0;
      if (depth > deepest) deepest = depth;
    } else if (char === OBJECT + 2 || char === ARRAY + 2) depth--;
    else if (char === COMMA) bytes += ITEM_BYTES;
    else if (char === QUOTE) {
      const end = closingQuote(text, at);
      if (!isName(text, end + 1)) {
        // Strings of a single character are shared.
        if (end > at + 2) bytes += STRING_BYTES + (end - at) * characterBytes;
      } else {
        if (++members > MEMBERS_MAX) bytes += DICTIONARY_ENTRY_BYTES;
        if (isNew(text.slice(at + 1, end), names))
          bytes += NAME_BYTES + (end - at) * characterBytes;
      }
      at = end;
    }
  }
  return bytes + deepest * LEVEL_BYTES;
}

const TWO_BYTE = /[^\0-\xff]/;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const ARRAY = 91;
const BACKSLASH = 92;
const OBJECT = 123;

function isNew(name: string, names: Set<string>): boolean {
  if (names.has(name)) return false;
  if (names.size < NAMES_MAX) names.add(name);
  return true;
}

/** End of the string that begins at `start`. The end of the text if it is not closed. */
function closingQuote(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}

function isName(text: string, from: number): boolean {
  let at = from;
  while (text.charCodeAt(at) <= 32) at++;
  return text.charCodeAt(at) === COLON;
}
