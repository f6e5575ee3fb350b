/**
 * A strict walk over JSON text (RFC 8259) that knows its position. It is slower than JSON.parse, so
 * it is used only to find the place of a fault. Iterative, so that deep nesting cannot exhaust the
 * stack.
 */

/** Callbacks of the walk. `path` changes as the walk goes on: read it, do not keep it. */
export interface Visitor {
  /** A member starts. `isRepeated` is true if the object already has a member of that name. */
  member?(key: string, path: readonly Step[], isRepeated: boolean): void;
  string?(value: string, path: readonly Step[]): void;
  /** Start and end of a number. */
  number?(from: number, to: number): void;
}

/** An open object or array, with the member or index where the walk is. */
export interface Step {
  readonly isArray: boolean;
  key: string | number;
  /** Names of the members so far. Undefined until there is a second member. */
  keys: Set<string> | undefined;
  count: number;
}

/**
 * Deeper steps are not named, and duplicate keys there are not found. FHIR is far less deep, and
 * each step costs more memory than the one character that it takes in the text.
 */
const STEPS_MAX = 1000;

export interface SyntaxFault {
  readonly offset: number;
  readonly text: string;
  /**
   * The text before it is a complete document: two lines of NDJSON, or something after the JSON.
   */
  readonly isBehind?: true;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const SPACES = /[ \t\n\r]*/y;

/** Walks to the end of the text or to the first syntax fault. Returns the fault. */
export function walkJson(text: string, visitor: Visitor): SyntaxFault | undefined {
  const open = new Nesting();
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
        open.push(isArray);
        isClosed = false;
      }
    } else {
      const end = scalarEnd(text, at);
      if (end < 0) return fault(text, at, 'a value');
      if (char === '"') visitor.string?.(JSON.parse(text.slice(at, end)), open.steps);
      else visitor.number?.(at, end);
      at = end;
    }
    // After a value: commas and brackets, until the next value starts.
    while (isClosed) {
      at = skipSpace(text, at);
      if (open.depth === 0) {
        if (at === text.length) return undefined;
        return { ...fault(text, at, 'the end'), isBehind: true };
      }
      const { isArray } = open;
      if (text[at] === ',') {
        at = skipSpace(text, at + 1);
        open.nextItem();
        break;
      }
      if (text[at] !== (isArray ? ']' : '}')) return fault(text, at, isArray ? ', or ]' : ', or }');
      at++;
      open.pop();
    }
    // In an object, a key comes before the value.
    if (open.depth > 0 && !open.isArray) {
      const end = stringEnd(text, at);
      if (end < 0) return fault(text, at, 'a property name in double quotes');
      const key = JSON.parse(text.slice(at, end)) as string;
      visitor.member?.(key, open.steps, open.nextMember(key));
      at = skipSpace(text, end);
      if (text[at] !== ':') return fault(text, at, 'a colon');
      at = skipSpace(text, at + 1);
    }
  }
}

/** What is open: a byte for each level, and the steps of the first STEPS_MAX levels. */
class Nesting {
  readonly steps: Step[] = [];
  depth = 0;
  #kinds = new Uint8Array(256);

  get isArray(): boolean {
    return this.#kinds[this.depth - 1] === 1;
  }

  push(isArray: boolean): void {
    if (this.depth === this.#kinds.length) {
      const larger = new Uint8Array(this.depth * 2);
      larger.set(this.#kinds);
      this.#kinds = larger;
    }
    this.#kinds[this.depth] = isArray ? 1 : 0;
    this.depth++;
    if (this.depth > STEPS_MAX) return;
    this.steps.push({ isArray, key: isArray ? 0 : '', keys: undefined, count: 0 });
  }

  pop(): void {
    if (this.depth <= STEPS_MAX) this.steps.pop();
    this.depth--;
  }

  /** Called after a comma. */
  nextItem(): void {
    const top = this.steps[this.depth - 1];
    if (top?.isArray) top.key = (top.key as number) + 1;
  }

  /** Sets the current member. Returns whether the object already had it. */
  nextMember(key: string): boolean {
    const top = this.steps[this.depth - 1];
    if (top === undefined) return false;
    if (top.count === 1) top.keys = new Set([top.key as string]);
    const isRepeated = top.keys?.has(key) === true;
    top.keys?.add(key);
    top.key = key;
    top.count++;
    return isRepeated;
  }
}

/** Line and column of an offset, both starting at 1. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line++;
  return { line, column: offset - start + 1 };
}

function fault(text: string, offset: number, expected: string): SyntaxFault {
  return { offset, text: `expected ${expected}, found ${characterAt(text, offset)}` };
}

/** The character in quotes if it is visible, otherwise its code point. */
function characterAt(text: string, offset: number): string {
  const code = text.codePointAt(offset);
  if (code === undefined) return 'the end of the text';
  const character = String.fromCodePoint(code);
  if (VISIBLE.test(character)) return JSON.stringify(character);
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

const VISIBLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

function scalarEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at);
  for (const pattern of [NUMBER, WORD]) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return pattern.lastIndex;
  }
  return -1;
}

/** End of the string that starts here. -1 if it has no end. */
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
