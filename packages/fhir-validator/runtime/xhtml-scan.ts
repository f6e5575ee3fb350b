/**
 * A scanner for XML without a document type: elements, attributes, text, comments, references. It
 * is linear and iterative, and accepts only well-formed markup. Narratives are a third of what a
 * resource costs. So it reads tags from an array of numbers, stores the names of open elements as
 * offsets, and makes strings only for what the visitor gets.
 */

import { isAmong, type NameCodes, nameCode } from './xhtml-names.ts';
import { References } from './xhtml-references.ts';

export interface MarkupVisitor {
  /** Elements that are visited only at the root. */
  readonly plain: NameCodes;
  /** Attributes that are not visited. */
  readonly plainAttributes: NameCodes;
  /** Start of an element that is not in `plain`. `depth` is the number of elements around it. */
  element(name: string, depth: number): void;
  /** An attribute that is not in `plainAttributes`, of an element at that depth. */
  attribute(element: string, name: string, content: string, depth: number): void;
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
const HYPHEN = 45;
const SLASH = 47;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;

/**
 * The UTF-16 code units of a text, which has no control character, and a 0 at the end. There every
 * loop stops.
 */
type Units = Uint16Array;

/** V8 reads an array of numbers twice as fast as the characters of a string. Nearly all texts fit. */
const SHARED = new Uint16Array(16_384);
const SHARED_BYTES = Buffer.from(SHARED.buffer);

function unitsOf(text: string): Units {
  if (text.length >= SHARED.length) {
    const units = new Uint16Array(text.length + 1);
    Buffer.from(units.buffer).write(text, 'utf16le');
    return units;
  }
  SHARED_BYTES.write(text, 'utf16le');
  SHARED[text.length] = 0;
  return SHARED;
}

/** Start and end offsets of the names of open elements. */
const OPEN = new Int32Array(2 * DEPTH_MAX);

/**
 * The first fault of the markup. Undefined if the text is one well-formed element. The caller knows
 * that it has no control character.
 */
export function scanMarkup(text: string, visitor: MarkupVisitor): string | undefined {
  const units = unitsOf(text);
  const references = new References(text);
  let sectionEnd = text.indexOf(SECTION_END);
  let depth = 0;
  let isOver = false;
  const start = DECLARATION.exec(text)?.[0].length ?? 0;
  for (let at = skipSpace(units, start); at < text.length; at = skipSpace(units, at)) {
    if (units[at] !== LESS) {
      if (depth === 0) return 'text outside the element';
      const next = text.indexOf('<', at);
      const end = next < 0 ? text.length : next;
      const fault = references.faultIn(at, end);
      if (fault !== undefined) return fault;
      // Searched on only from behind the last one, because a search for each text would be quadratic.
      if (isWithin(sectionEnd, 0, at)) sectionEnd = text.indexOf(SECTION_END, at);
      if (isWithin(sectionEnd, at, end)) return 'a ]]> in a text';
      visitor.text();
      if (next < 0) break;
      at = next;
    }
    const char = units[at + 1];
    if (char === SLASH) {
      if (depth === 0) return UNOPENED;
      at = endTag(units, at + 2, --depth);
      if (at < 0) return UNOPENED;
    } else if (char === EXCLAMATION) {
      at = commentEnd(text, units, at);
      if (at < 0) return 'a <! that is not a comment, or a comment that holds -- or has no end';
      continue;
    } else {
      if (isOver && depth === 0) return 'more than one element';
      const end = scanTag(text, units, at + 1, depth, references, visitor);
      if (typeof end === 'string') return end;
      at = end;
      if (units[at - 2] !== SLASH) depth++;
    }
    isOver = true;
  }
  if (depth > 0) return 'an element is not closed';
  return isOver ? undefined : 'no element';
}

/**
 * Some servers send an XML declaration before the div. Any other `<?` is refused: browsers, which read it as
 * HTML, end it at the first `>`.
 */
const DECLARATION =
  /^<\?xml version=["']1\.\d["'](?: encoding=["'][\w-]{1,40}["'])?(?: standalone=["'](?:yes|no)["'])? ?\?>/;

const UNOPENED = 'an end tag without a start tag';
/** XML allows it in attributes and comments only. */
const SECTION_END = ']]>';

function isWithin(at: number, from: number, to: number): boolean {
  return at >= from && at < to;
}

/** End of the comment that starts at `from`. -1 if it is none, or has no end. */
function commentEnd(text: string, units: Units, from: number): number {
  if (units[from + 2] !== HYPHEN || units[from + 3] !== HYPHEN) return -1;
  // XML allows no -- inside, so that the first one must be the end.
  const end = text.indexOf('--', from + 4);
  return end < 0 || units[end + 2] !== GREATER ? -1 : end + 3;
}

/**
 * End of the end tag whose name starts at `from`. -1 if its name is not that of the open element.
 */
function endTag(units: Units, from: number, depth: number): number {
  const nameTo = OPEN[2 * depth + 1] as number;
  let at = from;
  for (let of = OPEN[2 * depth] as number; of < nameTo; of++, at++) {
    if (units[at] !== units[of]) return -1;
  }
  const close = skipSpace(units, at);
  return units[close] === GREATER ? close + 1 : -1;
}

/** End of the tag whose name starts at `from`, or its fault. Its element is then the open one. */
function scanTag(
  text: string,
  units: Units,
  from: number,
  depth: number,
  references: References,
  visitor: MarkupVisitor,
): number | string {
  const to = nameEnd(units, from);
  if (to === from) return 'a < that does not start an element';
  if (depth === 0 || !isAmong(visitor.plain, nameCode(units, from, to))) {
    visitor.element(text.slice(from, to), depth);
  }
  let seen: string[] | undefined;
  let firstFrom = 0;
  let firstTo = 0;
  let at = to;
  for (;;) {
    const start = skipSpace(units, at);
    const char = units[start];
    if (char === GREATER) {
      if (depth === DEPTH_MAX) return `nested deeper than ${DEPTH_MAX}`;
      OPEN[2 * depth] = from;
      OPEN[2 * depth + 1] = to;
      return start + 1;
    }
    if (char === SLASH && units[start + 1] === GREATER) return start + 2;
    const end = nameEnd(units, start);
    if (start === at || end === start || (seen?.length ?? 0) > ATTRIBUTES_MAX) {
      return `<${text.slice(from, to)}> is not well formed`;
    }
    const valueFrom = valueStart(units, end);
    const valueTo = valueFrom < 0 ? -1 : valueEnd(units, valueFrom);
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
    if (!isAmong(visitor.plainAttributes, nameCode(units, start, end))) {
      const value = text.slice(valueFrom, valueTo);
      visitor.attribute(text.slice(from, to), text.slice(start, end), value, depth);
    }
    at = valueTo + 1;
  }
}

const ATTRIBUTES_MAX = 100;

/** Start of the value after `="`. -1 if there is none. */
function valueStart(units: Units, from: number): number {
  const equals = skipSpace(units, from);
  if (units[equals] !== EQUALS) return -1;
  const start = skipSpace(units, equals + 1);
  const mark = units[start];
  return mark === DOUBLE_QUOTE || mark === QUOTE ? start + 1 : -1;
}

/** End of the quotation that began before `from`. -1 if it has no end, or contains a <. */
function valueEnd(units: Units, from: number): number {
  const mark = units[from - 1];
  for (let at = from; ; at++) {
    const char = units[at];
    if (char === mark) return at;
    if (char === LESS || char === 0) return -1;
  }
}

function skipSpace(units: Units, from: number): number {
  for (let at = from; ; at++) {
    const char = units[at] as number;
    if (char !== SPACE && (char < TAB || char > RETURN)) return at;
  }
}

/** A name starts with a letter or _. It may go on with digits, dots, colons and hyphens. */
function nameEnd(units: Units, from: number): number {
  for (let at = from; ; at++) {
    const char = units[at] as number;
    const isLetter = (char >= 97 && char <= 122) || (char >= 65 && char <= 90) || char === 95;
    const isFurther = (char >= 48 && char <= 58) || char === 45 || char === 46;
    if (!isLetter && (at === from || !isFurther)) return at;
  }
}
