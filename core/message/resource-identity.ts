/**
 * The type and the id that a text claims, found without parsing it: what a source may not send is never parsed nor
 * validated, and what crashed is not parsed outside of isolation. Each reads no further than the property and
 * needs no memory and no recursion, so no text can hurt it. It does not validate: for a text that is not JSON, or
 * names its type twice, it returns the first, and the validator's own result is compared with what is allowed
 * once more.
 */
import type { Identity } from './verdict.ts';

/** A longer name, with escapes, is neither a FHIR type nor an id. */
const NAME_CHARACTERS_MAX = 128;

/** Undefined if the outermost object has no such property, or it is not a string. */
export function resourceTypeOf(text: string): string | undefined {
  return outermost(text, 'resourceType');
}

/** Undefined likewise. */
export function resourceIdOf(text: string): string | undefined {
  return outermost(text, 'id');
}

/** Type and id, as far as the text has them. */
export function identityIn(text: string): Identity {
  const [resourceType, id] = [resourceTypeOf(text), resourceIdOf(text)];
  return { ...(resourceType !== undefined && { resourceType }), ...(id !== undefined && { id }) };
}

function outermost(text: string, property: string): string | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === '"') {
      const end = endOfString(text, at);
      const value = depth === 1 ? valueAfter(text, end) : undefined;
      if (value !== undefined && stringAt(text, at, end) === property) {
        return text[value] === '"' ? stringAt(text, value, endOfString(text, value)) : undefined;
      }
      at = end;
    }
  }
  return undefined;
}

/** Position of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** Where the value begins, if the string that ended at `end` is the property's name. */
function valueAfter(text: string, end: number): number | undefined {
  const colon = skipSpace(text, end + 1);
  return text[colon] === ':' ? skipSpace(text, colon + 1) : undefined;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/[ \t\r\n]/.test(text[at] ?? '')) at += 1;
  return at;
}

function stringAt(text: string, start: number, end: number): string | undefined {
  if (end - start > NAME_CHARACTERS_MAX) return undefined;
  try {
    return JSON.parse(text.slice(start, end + 1));
  } catch {
    return undefined;
  }
}
