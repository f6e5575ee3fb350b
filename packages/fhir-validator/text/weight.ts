/**
 * What a JSON text will weigh in the heap once it is parsed. `{},` takes three characters and 64 bytes
 * of heap, so a few megabytes of it end a worker before anything is validated. This looks at the text
 * first, in linear time and no memory; measured on V8, and above the truth rather than below it.
 */

const OBJECT_BYTES = 64;
const ARRAY_BYTES = 56;
const ITEM_BYTES = 8;
const STRING_BYTES = 32;
/** For each walk over the value holds the way to where it is. */
const LEVEL_BYTES = 200;
/** A name not seen before: its text, and the layouts of the objects that have it. */
const NAME_BYTES = 200;
/** Objects of many members are dictionaries. */
const MEMBERS_MAX = 64;
const DICTIONARY_ENTRY_BYTES = 96;
/** The specification has fewer; of more each is taken for a new one. */
const NAMES_MAX = 5000;

/** Shorter texts are light whatever they hold. */
const LIGHT_CHARACTERS = 128 * 1024;
/** The text itself is in the heap as well, and validation needs room. */
const SHARE_OF_HEAP = 0.8;

/** Is the text more than this process, or this worker, can hold? */
export function isTooHeavy(text: string): boolean {
  if (text.length <= LIGHT_CHARACTERS) return false;
  return heapBytes(text) > heapLimit() * SHARE_OF_HEAP;
}

function heapLimit(): number {
  // Not imported: few texts are so long, and loading them takes a tenth of what the validator does.
  const { resourceLimits } = process.getBuiltinModule('node:worker_threads');
  const { maxOldGenerationSizeMb } = resourceLimits;
  if (maxOldGenerationSizeMb !== undefined) return maxOldGenerationSizeMb * 2 ** 20;
  return process.getBuiltinModule('node:v8').getHeapStatistics().heap_size_limit;
}

/** Of the text and what it holds; for what is no JSON any number. */
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
        // A single character is always the same string.
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

/** Of the string that begins at `start`; the end of the text if it has none. */
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
