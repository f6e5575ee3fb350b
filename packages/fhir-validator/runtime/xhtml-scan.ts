/**
 * A scanner for XML without a document type: elements, attributes, text, comments, references. It
 * is linear and iterative, and accepts only well-formed markup. Narratives are most of a resource's
 * size. So it compares character codes, stores the names of open elements as offsets, and makes
 * strings only for what the visitor gets.
 */

import { References } from './xhtml-references.ts';

export interface MarkupVisitor {
  /** Elements that are visited only at the root. */
  readonly plain: NameCodes;
  /** Attributes that are not visited. */
  readonly plainAttributes: NameCodes;
  /** Start of an element that is not in `plain`. `depth` is the number of elements around it. */
  element(name: string, depth: number): void;
  /** An attribute that is not in `plainAttributes`. */
  attribute(element: string, name: string, content: string): void;
  /** A text that is not only whitespace. */
  text(): void;
}

const DEPTH_MAX = 1000;

const TAB = 9;
const RETURN = 13;
const SPACE = 32;
const EXCLAMATION = 33;
const DOUBLE_QUOTE = 34;
const QUOTE = 39;
const SLASH = 47;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const NO_BREAK_SPACE = 0xa0;

/**
 * A hash table of short names as codes. With a set of strings, each search would make a string. A
 * Set of numbers is slower.
 */
export type NameCodes = Int32Array;

export function nameCodes(names: readonly string[]): NameCodes {
  const codes = new Int32Array(TABLE_SIZE);
  for (const name of names) {
    const code = nameCode(name, 0, name.length);
    if (code > 0) codes[placeOf(code, codes)] = code;
  }
  return codes;
}

function isAmong(codes: NameCodes, code: number): boolean {
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
function nameCode(text: string, from: number, to: number): number {
  if (to - from > NAME_CODE_MAX) return -1;
  let code = 0;
  for (let at = from; at < to; at++) {
    const char = text.charCodeAt(at);
    if (char >= 97 && char <= 122) code = code * 37 + char - 96;
    else if (char >= 48 && char <= 57) code = code * 37 + char - 21;
    else return -1;
  }
  return code;
}

/** The first fault of the markup. Undefined if the text is one well-formed element. */
export function scanMarkup(text: string, visitor: MarkupVisitor): string | undefined {
  /** Start and end offsets of the names of open elements. */
  const open: number[] = [];
  const references = new References(text);
  let at = 0;
  let isOver = false;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (skipSpace(text, at) < end) {
      if (open.length === 0) return 'text outside the element';
      const fault = references.faultIn(at, end);
      if (fault !== undefined) return fault;
      visitor.text();
    }
    if (next < 0) break;
    const char = text.charCodeAt(next + 1);
    if (char === SLASH) {
      at = endTag(text, next + 2, open);
      if (at < 0) return 'an end tag without a start tag';
    } else if (char === EXCLAMATION) {
      const close = text.startsWith('<!--', next) ? text.indexOf('-->', next + 4) : -1;
      if (close < 0) return 'a <! that is not a comment, or a comment without end';
      at = close + 3;
      continue;
    } else {
      if (isOver && open.length === 0) return 'more than one element';
      const tag = scanTag(text, next + 1, open, references, visitor);
      if (typeof tag === 'string') return tag;
      at = tag;
    }
    isOver = true;
  }
  if (open.length > 0) return 'an element is not closed';
  return isOver ? undefined : 'no element';
}

/**
 * End of the end tag whose name starts at `from`. -1 if its name is not that of the open element.
 */
function endTag(text: string, from: number, open: number[]): number {
  const nameTo = open.pop() ?? 0;
  const nameFrom = open.pop() ?? 0;
  if (nameTo === nameFrom) return -1;
  let at = from;
  for (let of = nameFrom; of < nameTo; of++, at++) {
    if (text.charCodeAt(at) !== text.charCodeAt(of)) return -1;
  }
  const close = skipSpace(text, at);
  return text.charCodeAt(close) === GREATER ? close + 1 : -1;
}

/** End of the tag whose name starts at `from`, or its fault. */
function scanTag(
  text: string,
  from: number,
  open: number[],
  references: References,
  visitor: MarkupVisitor,
): number | string {
  const nameEnd = skipName(text, from);
  if (nameEnd === from) return 'a < that does not start an element';
  if (open.length === 0 || !isAmong(visitor.plain, nameCode(text, from, nameEnd))) {
    visitor.element(text.slice(from, nameEnd), open.length / 2);
  }
  let seen: string[] | undefined;
  let firstFrom = 0;
  let firstTo = 0;
  let at = nameEnd;
  for (;;) {
    const start = skipSpace(text, at);
    const char = text.charCodeAt(start);
    if (char === GREATER) {
      open.push(from, nameEnd);
      return open.length / 2 > DEPTH_MAX ? `nested deeper than ${DEPTH_MAX}` : start + 1;
    }
    if (char === SLASH && text.charCodeAt(start + 1) === GREATER) return start + 2;
    const end = skipName(text, start);
    if (start === at || end === start || (seen?.length ?? 0) > ATTRIBUTES_MAX) {
      return `<${text.slice(from, nameEnd)}> is not well formed`;
    }
    const valueFrom = valueStart(text, end);
    const valueTo = valueFrom < 0 ? -1 : valueEnd(text, valueFrom);
    if (valueTo < 0) return `the attribute ${text.slice(start, end)} has no value in quotes`;
    if (firstTo === 0) {
      // Most elements have only one attribute, and need no string of its name.
      firstFrom = start;
      firstTo = end;
    } else {
      const name = text.slice(start, end);
      seen ??= [text.slice(firstFrom, firstTo)];
      if (seen.includes(name)) return `the attribute ${name} occurs twice`;
      seen.push(name);
    }
    const fault = references.faultIn(valueFrom, valueTo);
    if (fault !== undefined) return fault;
    if (!isAmong(visitor.plainAttributes, nameCode(text, start, end))) {
      const value = text.slice(valueFrom, valueTo);
      visitor.attribute(text.slice(from, nameEnd), text.slice(start, end), value);
    }
    at = valueTo + 1;
  }
}

const ATTRIBUTES_MAX = 100;

/** Start of the value after `="`. -1 if there is none. */
function valueStart(text: string, from: number): number {
  const equals = skipSpace(text, from);
  if (text.charCodeAt(equals) !== EQUALS) return -1;
  const start = skipSpace(text, equals + 1);
  const mark = text.charCodeAt(start);
  return mark === DOUBLE_QUOTE || mark === QUOTE ? start + 1 : -1;
}

/** End of the quotation that began before `from`. -1 if it has no end, or contains a <. */
function valueEnd(text: string, from: number): number {
  const isDouble = text.charCodeAt(from - 1) === DOUBLE_QUOTE;
  for (let at = from; at < from + SHORT; at++) {
    const char = text.charCodeAt(at);
    if (isDouble ? char === DOUBLE_QUOTE : char === QUOTE) return at;
    if (char === LESS) return -1;
  }
  const end = text.indexOf(isDouble ? '"' : "'", from + SHORT);
  const less = text.indexOf('<', from + SHORT);
  return less >= 0 && less < end ? -1 : end;
}

/** Up to this length a loop is faster than the engine's search. */
const SHORT = 12;

function skipSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    const char = text.charCodeAt(at);
    const isSpace = char === SPACE || (char >= TAB && char <= RETURN) || char === NO_BREAK_SPACE;
    if (!isSpace) return at;
    at++;
  }
}

/** A name starts with a letter or _. It may go on with digits, dots, colons and hyphens. */
function skipName(text: string, from: number): number {
  let at = from;
  for (;;) {
    const char = text.charCodeAt(at);
    const isLetter = (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || char === 95;
    const isFurther = (char >= 48 && char <= 58) || char === 45 || char === 46;
    if (!isLetter && (at === from || !isFurther)) return at;
    at++;
  }
}
