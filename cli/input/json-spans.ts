/**
 * Positions of the parts of a JSON text. A Bundle is split by cutting its text, not by parsing it and
 * writing it anew: decimals keep their digits, and repeated keys stay for the validator to find. The text
 * must be well-formed (JSON.parse accepted it). Nothing here recurses.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The members of the object that begins at `start`, keys unescaped, in order, repeats included. */
export function* members(text: string, start: number): Generator<{ key: string; value: Span }> {
  let at = skipSpace(text, start + 1);
  while (text[at] === '"') {
    const keyEnd = skipString(text, at);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const value = { start: valueStart, end: skipValue(text, valueStart) };
    yield { key: JSON.parse(text.slice(at, keyEnd)), value };
    at = skipSeparator(text, value.end);
  }
}

/** The elements of the array that begins at `start`. */
export function* elements(text: string, start: number): Generator<Span> {
  let at = skipSpace(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const end = skipValue(text, at);
    yield { start: at, end };
    at = skipSeparator(text, end);
  }
}

export function skipSpace(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return at;
}

function skipSeparator(text: string, start: number): number {
  const at = skipSpace(text, start);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

function skipString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipValue(text: string, start: number): number {
  let at = start;
  let depth = 0;
  while (at < text.length) {
    const char = text[at];
    if (char === '"') at = skipString(text, at);
    else if (char === '{' || char === '[') {
      depth += 1;
      at += 1;
    } else if (char === '}' || char === ']') {
      if (depth === 0) return at;
      depth -= 1;
      at += 1;
    } else if (depth === 0 && /[,\s]/.test(char ?? '')) return at;
    else at += 1;
    if (depth === 0 && (char === '"' || char === '}' || char === ']')) return at;
  }
  return at;
}
