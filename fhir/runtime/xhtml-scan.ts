/**
 * A scanner of XML without document type: elements, attributes, text, comments, references. Linear,
 * iterative, and strict about what makes markup well formed.
 */

export interface MarkupVisitor {
  /** An element starts; `depth` counts those around it. */
  element(name: string, depth: number): void;
  attribute(element: string, name: string, content: string): void;
  /** Text that is not only whitespace. */
  text(): void;
}

const NAME = /[A-Za-z_][A-Za-z0-9_.:-]*/y;
const REFERENCE = /&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});/y;
const DEPTH_MAX = 1000;

/** What is not well formed, or undefined. The text must be one element. */
export function scanMarkup(text: string, visitor: MarkupVisitor): string | undefined {
  const open: string[] = [];
  let at = skipSpace(text, 0);
  let isOver = false;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (end > at) {
      const hasText = skipSpace(text, at) < end;
      if (hasText && open.length === 0) return 'text outside the element';
      if (badReference(text, at, end)) return 'an & that starts no character reference';
      if (hasText) visitor.text();
    }
    if (next < 0) break;
    if (text.startsWith('<!--', next)) {
      const close = text.indexOf('-->', next + 4);
      if (close < 0) return 'a comment without end';
      at = close + 3;
      continue;
    }
    if (text.charAt(next + 1) === '/') {
      const nameEnd = match(NAME, text, next + 2);
      const name = text.slice(next + 2, nameEnd);
      const close = skipSpace(text, nameEnd);
      if (text.charAt(close) !== '>' || open.pop() !== name) return `</${name}> closes nothing`;
      at = close + 1;
    } else {
      if (isOver && open.length === 0) return 'more than one element';
      const tag = scanTag(text, next + 1, open.length, visitor);
      if (typeof tag === 'string') return tag;
      if (!tag.isClosed) open.push(tag.name);
      if (open.length > DEPTH_MAX) return `elements nested deeper than ${DEPTH_MAX}`;
      at = tag.end;
    }
    isOver = true;
  }
  if (open.length > 0) return `<${open.at(-1)}> is not closed`;
  return isOver ? undefined : 'no element';
}

interface Tag {
  readonly name: string;
  readonly isClosed: boolean;
  readonly end: number;
}

/** The tag whose name starts at `from`, or what is wrong with it. */
function scanTag(text: string, from: number, depth: number, visitor: MarkupVisitor): Tag | string {
  const nameEnd = match(NAME, text, from);
  if (nameEnd === from) return 'a < that starts no element';
  const name = text.slice(from, nameEnd);
  visitor.element(name, depth);
  const seen = new Set<string>();
  let at = nameEnd;
  for (;;) {
    const start = skipSpace(text, at);
    if (text.charAt(start) === '>') return { name, isClosed: false, end: start + 1 };
    if (text.startsWith('/>', start)) return { name, isClosed: true, end: start + 2 };
    const end = match(NAME, text, start);
    if (start === at || end === start) return `<${name}> is not well formed`;
    const attribute = text.slice(start, end);
    const value = attributeValue(text, end);
    if (value === undefined) return `the attribute ${attribute} has no value in quotes`;
    if (seen.has(attribute)) return `the attribute ${attribute} occurs twice`;
    if (badReference(text, value.from, value.to)) return 'an & that starts no character reference';
    seen.add(attribute);
    visitor.attribute(name, attribute, text.slice(value.from, value.to));
    at = value.to + 1;
  }
}

function attributeValue(text: string, from: number): { from: number; to: number } | undefined {
  const equals = skipSpace(text, from);
  if (text.charAt(equals) !== '=') return undefined;
  const start = skipSpace(text, equals + 1);
  const mark = text.charAt(start);
  if (mark !== '"' && mark !== "'") return undefined;
  const to = text.indexOf(mark, start + 1);
  if (to < 0 || text.slice(start + 1, to).includes('<')) return undefined;
  return { from: start + 1, to };
}

function badReference(text: string, from: number, to: number): boolean {
  // A search to the end of the text for each piece of it would be quadratic.
  for (let at = from; at < to; at++) {
    if (text.charCodeAt(at) !== 38) continue;
    REFERENCE.lastIndex = at;
    if (!REFERENCE.test(text)) return true;
  }
  return false;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let char = text.charCodeAt(at); isSpace(char); char = text.charCodeAt(at)) at++;
  return at;
}

function isSpace(char: number): boolean {
  return char === 32 || (char >= 9 && char <= 13) || char === 0xa0;
}

/** Where the pattern, tried at `from`, ends; `from` itself if it does not match there. */
function match(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}
