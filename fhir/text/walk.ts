/**
 * A strict walk over JSON text (RFC 8259) that knows where it is: the slow twin of JSON.parse, used
 * only to say where a fault lies. Iterative, so that no nesting exhausts the stack.
 */

/** Told of what the walk meets. `path` grows and shrinks with it: read it, do not keep it. */
export interface Visitor {
  member?(key: string, path: readonly Step[]): void;
  string?(value: string, path: readonly Step[]): void;
}

/** One open object or array: the member or index that the walk is in. */
export interface Step {
  readonly keys: Set<string> | undefined;
  key: string | number;
}

export interface SyntaxFault {
  readonly offset: number;
  readonly text: string;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const SPACES = /[ \t\n\r]*/y;

/** Walks the text to its end, or to the first syntax fault, which it returns. */
export function walkJson(text: string, visitor: Visitor): SyntaxFault | undefined {
  const path: Step[] = [];
  let at = skipSpace(text, 0);
  for (;;) {
    // A value starts here.
    const char = text[at];
    let isClosed = true;
    if (char === '{' || char === '[') {
      const isArray = char === '[';
      at = skipSpace(text, at + 1);
      if (text[at] === (isArray ? ']' : '}')) {
        at++;
      } else {
        path.push({ keys: isArray ? undefined : new Set(), key: isArray ? 0 : '' });
        isClosed = false;
      }
    } else {
      const end = scalarEnd(text, at);
      if (end < 0) return fault(text, at, 'a value');
      if (char === '"') visitor.string?.(JSON.parse(text.slice(at, end)), path);
      at = end;
    }
    // After a value: commas and brackets, until the next value starts.
    while (isClosed) {
      const top = path.at(-1);
      at = skipSpace(text, at);
      if (!top) return at === text.length ? undefined : fault(text, at, 'the end');
      const isArray = top.keys === undefined;
      if (text[at] === ',') {
        at = skipSpace(text, at + 1);
        if (isArray) top.key = (top.key as number) + 1;
        break;
      }
      if (text[at] !== (isArray ? ']' : '}')) return fault(text, at, isArray ? ', or ]' : ', or }');
      at++;
      path.pop();
    }
    // In an object, a key stands before the value.
    const top = path.at(-1);
    if (top?.keys) {
      const end = stringEnd(text, at);
      if (end < 0) return fault(text, at, 'a property name in double quotes');
      top.key = JSON.parse(text.slice(at, end)) as string;
      visitor.member?.(top.key, path);
      top.keys.add(top.key);
      at = skipSpace(text, end);
      if (text[at] !== ':') return fault(text, at, 'a colon');
      at = skipSpace(text, at + 1);
    }
  }
}

/** Line and column of an offset, both from 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line++;
  return { line, column: offset - start + 1 };
}

function fault(text: string, offset: number, expected: string): SyntaxFault {
  const found = offset < text.length ? JSON.stringify(text[offset]) : 'the end of the text';
  return { offset, text: `expected ${expected}, found ${found}` };
}

function scalarEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  for (const pattern of [NUMBER, WORD]) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return pattern.lastIndex;
  }
  return -1;
}

/** Where the string that starts here ends, or -1 where none does. */
function stringEnd(text: string, at: number): number {
  if (text[at] !== '"') return -1;
  for (let i = at + 1; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 34) return i + 1;
    if (char < 32) return -1;
    if (char === 92 && !isEscape(text, ++i)) return -1;
  }
  return -1;
}

function isEscape(text: string, at: number): boolean {
  const char = text[at] ?? '';
  if (char !== 'u') return char !== '' && '"\\/bfnrt'.includes(char);
  return /^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5));
}

function skipSpace(text: string, from: number): number {
  SPACES.lastIndex = from;
  SPACES.test(text);
  return SPACES.lastIndex;
}
